//! The Interpret panel: the form of one explanation.

use leptos::prelude::*;

use super::element_field::ElementField;
use crate::protocol::{Convention, DeviceChoice, MethodName, Quantity};
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::switch::Switch;
use crate::ui::group::GroupPanel;
use crate::ui::state::study::Study;
use crate::ui::text::language::Text;
use crate::ui::text::{self, picture};

/// The form of one explanation with its buttons, and the form of group runs.
#[component]
pub fn InterpretPanel() -> impl IntoView {
    let study = expect_context::<Study>();
    let difference = move || study.model.get().filter(|_| study.can_differ()).and_then(|model| model.grad_cam_difference.clone());
    view! {
        <section class="panel" aria-labelledby="interpret-title">
            <h2 id="interpret-title"><span class="panel__number">"3"</span>{text::INTERPRET.get()}</h2>
            <div class="fields">
                <MethodField />
                <LevelField />
                <TargetField />
                <ConventionField />
                <QuantityField />
                <DeviceField />
                <ElementField />
            </div>
            <p class="muted" data-testid="convention-difference" class:is-hidden=move || !study.can_differ()>{difference}</p>
            <div class="buttons">
                <button type="button" class="button button--main" data-testid="compute" disabled=move || !study.can_compute()
                    on:click=move |_| study.compute()>{text::COMPUTE.get()}</button>
                <button type="button" class="button" data-testid="cancel" disabled=move || study.work.read().is_idle() && !study.automatic.is_due()
                    on:click=move |_| study.cancel()>{text::CANCEL.get()}</button>
            </div>
            <AutomaticField />
            <GroupPanel />
        </section>
    }
    .into_any()
}

/// The switch by which maps follow choices.
#[component]
fn AutomaticField() -> impl IntoView {
    let study = expect_context::<Study>();
    let is_on = study.automatic.is_on;
    view! {
        <Switch label=picture::AUTOMATIC.get().to_owned() testid="auto-compute" value=is_on.into()
            on_change=Callback::new(move |on| is_on.set(on)) />
    }
}

#[component]
fn MethodField() -> impl IntoView {
    let study = expect_context::<Study>();
    let entries = move || {
        let has_levels = study.model.read().as_ref().is_none_or(|model| !model.levels.is_empty());
        let grad_cam = has_levels.then(|| Entry::new("grad-cam", text::GRAD_CAM.get()));
        std::iter::once(Entry::new("gradients", text::GRADIENTS.get())).chain(grad_cam).collect::<Vec<_>>()
    };
    let value = move || match study.form.method.get() {
        MethodName::Gradients => "gradients".to_owned(),
        MethodName::GradCam => "grad-cam".to_owned(),
    };
    let choose = move |value: String| {
        study.form.method.set(if value == "grad-cam" { MethodName::GradCam } else { MethodName::Gradients });
    };
    view! {
        <Choice label=text::METHOD.get() testid="method" entries=Signal::derive(entries) value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

#[component]
fn LevelField() -> impl IntoView {
    let study = expect_context::<Study>();
    let entries = move || {
        let model = study.model.get();
        let levels = model.iter().flat_map(|model| &model.levels);
        levels.map(|level| Entry::new(level.level.to_string(), format!("{} · {}", level.level, level.layer))).collect::<Vec<_>>()
    };
    let n_levels = move || study.model.read().as_ref().map_or(0, |model| model.levels.len());
    let value = move || study.form.level.get().unwrap_or_else(n_levels).to_string();
    // The last level stays the last one of another model.
    let choose = move |value: String| {
        value.parse().into_iter().for_each(|level: usize| study.form.level.set((level < n_levels()).then_some(level)));
    };
    let disabled = move || study.form.method.get() != MethodName::GradCam;
    view! {
        <Choice label=text::LEVEL.get() testid="level" entries=Signal::derive(entries) value=Signal::derive(value)
            disabled=Signal::derive(disabled) on_choose=Callback::new(choose) />
    }
}

#[component]
fn TargetField() -> impl IntoView {
    let study = expect_context::<Study>();
    let entries = move || {
        let model = study.model.get();
        let nodes = model.iter().flat_map(|model| &model.nodes);
        nodes.map(|node| Entry::new(node.index.to_string(), text::node(&node.label, node.index))).collect::<Vec<_>>()
    };
    let value = move || study.form.target.get().to_string();
    let choose = move |value: String| value.parse().into_iter().for_each(|target| study.form.target.set(target));
    view! {
        <Choice label=text::TARGET.get() testid="target" entries=Signal::derive(entries) value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

#[component]
fn ConventionField() -> impl IntoView {
    let study = expect_context::<Study>();
    let entries = vec![
        Entry::new(Convention::Clinicadl161.name(), text::CONVENTION_161.get()),
        Entry::new(Convention::Corrected.name(), text::CONVENTION_CORRECTED.get()),
    ];
    let value = move || study.form.convention.get().name().to_owned();
    let choose = move |value: String| {
        let is_corrected = value == Convention::Corrected.name();
        study.form.convention.set(if is_corrected { Convention::Corrected } else { Convention::Clinicadl161 });
    };
    view! {
        <Choice label=text::CONVENTION.get() testid="convention" entries=entries value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

#[component]
fn QuantityField() -> impl IntoView {
    let study = expect_context::<Study>();
    let entries = vec![Entry::new("map", text::MAP.get()), Entry::new("difference", text::DIFFERENCE.get())];
    let value = move || match study.quantity() {
        Quantity::Map => "map".to_owned(),
        Quantity::Difference => "difference".to_owned(),
    };
    let choose = move |value: String| study.form.quantity.set(if value == "difference" { Quantity::Difference } else { Quantity::Map });
    let disabled = move || !study.can_differ();
    view! {
        <Choice label=text::QUANTITY.get() testid="quantity" entries=entries value=Signal::derive(value) disabled=Signal::derive(disabled)
            on_choose=Callback::new(choose) />
    }
}

#[component]
fn DeviceField() -> impl IntoView {
    let study = expect_context::<Study>();
    let entries: Vec<Entry> = DEVICES.iter().map(|(_, value, label)| Entry::new(*value, *label)).collect();
    let value = move || {
        let chosen = study.form.device.get();
        DEVICES.iter().find(|(choice, ..)| *choice == chosen).map(|(_, value, _)| (*value).to_owned()).unwrap_or_default()
    };
    let choose = move |value: String| {
        DEVICES.iter().filter(|(_, name, _)| *name == value).for_each(|(choice, ..)| study.choose_device(*choice));
    };
    view! {
        <Choice label=text::DEVICE.get() testid="device-choice" entries=entries value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

/// Each device, with its option's value and label.
const DEVICES: [(DeviceChoice, &str, Text); 3] =
    [(DeviceChoice::Auto, "auto", text::AUTOMATIC), (DeviceChoice::Webgpu, "webgpu", text::WEBGPU), (DeviceChoice::Cpu, "cpu", text::CPU)];
