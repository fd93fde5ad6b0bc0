//! Terms of the field that stand on the page, each with a word on what it means: shown over the term itself and listed in the help.

use super::language::Text;

/// A term and what it means.
#[derive(Clone, Copy)]
pub struct Term {
    /// The term as it stands on the page.
    pub name: Text,
    /// What it means, in a sentence.
    pub meaning: Text,
}

const SALIENCY_MAP: Term = Term {
    name: Text::new("Saliency map", "Carte de saillance"),
    meaning: Text::new(
        "One number for each voxel: how much the network’s output depends on it. It shows what this network uses, not where a disease is.",
        "Un nombre par voxel : à quel point la sortie du réseau en dépend. Elle montre ce que ce réseau utilise, pas où se trouve une maladie.",
    ),
};
pub const NODE: Term = Term {
    name: super::NODE,
    meaning: Text::new(
        "One of the network’s output numbers: one for each label (such as AD and CN), or the predicted value of a regression.",
        "Un des nombres que le réseau donne : un par classe (comme AD et CN), ou la valeur prédite d’une régression.",
    ),
};
pub const LOGIT: Term = Term {
    name: super::LOGIT,
    meaning: Text::new(
        "The raw number of an output node, before any softmax: the label with the largest logit is the network’s answer. Maps explain it, not the probability.",
        "Le nombre brut d’un nœud de sortie, avant tout softmax : la classe au plus grand logit est la réponse du réseau. Les cartes l’expliquent, et non la probabilité.",
    ),
};
pub const PROBABILITY: Term = Term {
    name: super::PROBABILITY,
    meaning: Text::new(
        "The softmax of all logits. They add up to 100 %; how sure the network is of itself, not how often it is right.",
        "Le softmax de tous les logits. Leur somme fait 100 % ; ils disent combien le réseau est sûr de lui, non combien de fois il a raison.",
    ),
};
const TARGET: Term = Term {
    name: super::TARGET,
    meaning: Text::new(
        "The output node that the map explains; --target_node of clinicadl interpret.",
        "Le nœud de sortie que la carte explique ; --target_node de clinicadl interpret.",
    ),
};
const METHOD: Term = Term {
    name: super::METHOD,
    meaning: Text::new(
        "Gradients: how the output changes with the intensity of each voxel. Grad-CAM: where the features of one of the network’s layers speak for the output.",
        "Gradients : comment la sortie change avec l’intensité de chaque voxel. Grad-CAM : où les caractéristiques d’une couche du réseau parlent pour la sortie.",
    ),
};
const LEVEL: Term = Term {
    name: super::LEVEL,
    meaning: Text::new(
        "For Grad-CAM: after how many of the network’s convolutional modules the features are taken. Later ones are coarser and nearer to the decision; --level_grad_cam.",
        "Pour Grad-CAM : après combien de modules convolutifs les caractéristiques sont prises. Les derniers sont plus grossiers et plus proches de la décision ; --level_grad_cam.",
    ),
};
const CONVENTION: Term = Term {
    name: super::CONVENTION,
    meaning: Text::new(
        "Where ClinicaDL 1.6.1 departs from the published method, either its own numbers or those of the publication. Gradients of single maps are the same in both.",
        "Là où ClinicaDL 1.6.1 s’écarte de la méthode publiée : ses propres nombres, ou ceux de la publication. Les gradients d’une seule carte sont les mêmes.",
    ),
};
const QUANTITY: Term = Term {
    name: super::QUANTITY,
    meaning: Text::new(
        "The map itself, or by how much the two arithmetics differ in each voxel.",
        "La carte elle-même, ou de combien les deux arithmétiques diffèrent en chaque voxel.",
    ),
};
const ELEMENT: Term = Term {
    name: super::ELEMENT,
    meaning: Text::new(
        "The patch, region or slice of the image that the network sees, for networks that do not see it whole.",
        "Le patch, la région ou la coupe de l’image que le réseau voit, s’il ne la voit pas entière.",
    ),
};
const SPLIT: Term = Term {
    name: super::SPLIT,
    meaning: Text::new(
        "One of the divisions into training and validation data; each split has trained a network of its own.",
        "Une des répartitions en données d’entraînement et de validation ; chacune a entraîné un réseau à elle.",
    ),
};
const SELECTION: Term = Term {
    name: super::SELECTION,
    meaning: Text::new(
        "The metric by which the best epoch was kept: loss keeps the weights with the smallest validation loss.",
        "La métrique par laquelle la meilleure époque a été gardée : loss garde les poids de plus petite perte de validation.",
    ),
};
const THRESHOLD: Term = Term {
    name: super::THRESHOLD,
    meaning: Text::new(
        "Voxels whose value is weaker, whatever its sign, are not coloured. The 95th percentile leaves the strongest twentieth. It changes what is drawn, not the map.",
        "Les voxels de valeur plus faible, quel qu’en soit le signe, ne sont pas colorés. Le 95e percentile laisse le vingtième le plus fort. Il change le dessin, pas la carte.",
    ),
};

/// All terms, in the order of the help.
pub const ALL: [Term; 13] =
    [SALIENCY_MAP, METHOD, NODE, LOGIT, PROBABILITY, TARGET, LEVEL, CONVENTION, QUANTITY, ELEMENT, SPLIT, SELECTION, THRESHOLD];

/// The meaning of what a field is about, by the field's handle; `None` for fields whose label says enough.
pub fn of_field(testid: &str) -> Option<&'static str> {
    let term = match testid {
        "method" => METHOD,
        "target" => TARGET,
        "level" => LEVEL,
        "convention" => CONVENTION,
        "quantity" => QUANTITY,
        "element" => ELEMENT,
        "split" => SPLIT,
        "selection" => SELECTION,
        "threshold" | "threshold-mode" | "figure-threshold" => THRESHOLD,
        _ => return None,
    };
    Some(term.meaning.get())
}
