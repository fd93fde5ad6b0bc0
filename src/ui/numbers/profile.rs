//! The relevance of each slice, below the plane that shows it: a curve, and a native slider over it that moves to a slice.

use leptos::prelude::*;

use crate::analysis::profile::Profile;
use crate::protocol::MapNumbers;
use crate::render::Plane;
use crate::ui::state::shown::ShownMap;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::format;
use crate::ui::text::numbers as words;
use crate::ui::text::picture;

/// Height of the picture in its own units; its width is one for each step from slice to slice.
const HEIGHT: f64 = 100.0;

/// The mean magnitude of each slice of the map, in ascending millimetres.
#[component]
pub fn ProfileStrip(
    /// The plane whose slices are shown.
    plane: Plane,
) -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let place = Memo::new(move |_| place_of_crosshair(study, view_state, plane));
    let on_profile =
        move |read: &dyn Fn(&Profile) -> String| study.numbers.read().as_ref().map(|numbers| read(&numbers.profiles[plane.normal_axis()]));
    let mean =
        Memo::new(move |_| on_profile(&|profile| place.get().map_or_else(String::new, |place| format::significant(profile.mean(place)))));
    let value_text = move || on_profile(&|profile| place.get().map_or_else(String::new, |place| words::slice(plane, profile, place)));
    let last = move || on_profile(&|profile| profile.n_slices().saturating_sub(1).to_string());
    // Between two maps it keeps its place, so that nothing moves.
    let class = move || match (study.numbers.read().is_some(), place.get()) {
        (false, _) => "profile profile--waiting",
        (true, None) => "profile profile--outside",
        (true, Some(_)) => "profile",
    };
    let slide = move |event| event_target_value(&event).parse().into_iter().for_each(|place| go_to(study, view_state, plane, place));
    view! {
        <div class=class title=words::PROFILE_TITLE.get()>
            <p class="profile__words" aria-hidden="true">
                <span>{words::PROFILE.get()}</span>" "<span class="profile__mean">{mean}</span>
                <span class="profile__without">{picture::WITH_A_MAP.get()}</span>
            </p>
            <div class="profile__picture">
                // Made once for each map.
                <div inner_html=move || study.numbers.read().as_ref().map(|numbers| picture(numbers, plane)).unwrap_or_default() />
                // The limits come before the value: a browser clamps the value to the limits it knows.
                <input type="range" class="profile__slider" data-testid=format!("profile-{}", plane.name()) aria-label=words::profile_label(plane)
                    min="0" max=last step="1" aria-valuetext=value_text prop:value=move || place.get().unwrap_or(0).to_string() on:input=slide />
            </div>
        </div>
    }
    .into_any()
}

/// The curve as SVG, or words if all values are equal.
fn picture(numbers: &MapNumbers, plane: Plane) -> String {
    let profile = &numbers.profiles[plane.normal_axis()];
    match numbers.histogram.constant() {
        Some(value) => format!("<p class=profile__constant data-testid=profile-words>{}</p>", words::constant(value)),
        None => format!(
            "<svg class=profile__curve aria-hidden=true viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=none><path d=\"{}\" /></svg>",
            width(profile),
            outline(profile)
        ),
    }
}

/// Width of the picture in slices; a single slice is as wide as two.
fn width(profile: &Profile) -> usize {
    profile.n_slices().saturating_sub(1).max(1)
}

/// The outline of the area below the means as an SVG path, linear from 0 up.
fn outline(profile: &Profile) -> String {
    let highest = (0..profile.n_slices()).map(|place| profile.mean(place)).fold(f64::MIN_POSITIVE, f64::max);
    let level = |place: usize| (HEIGHT * (1.0 - profile.mean(place) / highest) * 100.0).round() / 100.0;
    let points = (0..=width(profile)).map(|step| format!("L{step} {}", level(step.min(profile.n_slices().saturating_sub(1)))));
    format!("M0 {HEIGHT}{}L{} {HEIGHT}Z", points.collect::<String>(), width(profile))
}

fn place_of_crosshair(study: Study, view_state: ViewState, plane: Plane) -> Option<usize> {
    let (map, point) = (study.map.get()?, view_state.crosshair()?);
    let numbers = study.numbers.read();
    numbers.as_ref()?.profiles[plane.normal_axis()].place_of(map.placed.voxel_from_world.apply(point))
}

/// Moves the crosshair to the middle of a slice, across the plane.
fn go_to(study: Study, view_state: ViewState, plane: Plane, place: usize) {
    let (Some(map), Some(numbers)) = (study.map.get_untracked(), study.numbers.get_untracked()) else { return };
    let Some(mut point) = untrack(|| view_state.crosshair()) else { return };
    let profile = &numbers.profiles[plane.normal_axis()];
    point[plane.normal_axis()] += way_to(profile, place, (&map, plane), point);
    view_state.look_at(point);
}

/// Millimetres along the plane's normal from a point to the middle of a slice; in an oblique grid, to where the normal through the
/// point meets the slice.
fn way_to(profile: &Profile, place: usize, (map, plane): (&ShownMap, Plane), point_in_world: [f64; 3]) -> f64 {
    let (voxel_from_world, axis) = (&map.placed.voxel_from_world, plane.normal_axis());
    let index = voxel_from_world.apply(point_in_world)[profile.voxel_axis];
    let per_mm = voxel_from_world.0[profile.voxel_axis][axis];
    let way = (profile.turned(place) as f64 - index) / per_mm;
    // In a grid so skewed that its slices hold the normal, no way along it leads from one to the next.
    if way.is_finite() { way } else { profile.position_mm(place) - point_in_world[axis] }
}
