// All tests of the page, one after another in one process: they share two cores and one browser.
import './demo.mjs';
import './look.mjs';
import './keyboard.mjs';
import './accessibility.mjs';
import './language.mjs';
import './gestures.mjs';
import './layers.mjs';
import './figure.mjs';
import './compare.mjs';
import './own_files.mjs';
import './modes.mjs';
import './group.mjs';
import './cohort.mjs';
import './full_size.mjs';
import './responsiveness.mjs';
import './privacy.mjs';
import './bad_input.mjs';
