//! The requests about one map: compute it, save it, hash it.

use super::single_map::{SingleMap, Warmth, explain};
use super::subject::{RecentSubject, Subject};
use crate::engine::failure::{JobEnd, no_images, no_model};
use crate::engine::progress::Pacer;
use crate::engine::{Engine, Host};
use crate::protocol::{Attachment, Event, Explanation, ExportKind, MapIdentity};

impl Engine {
    /// Computes a map, which is the last one from then on.
    pub(in crate::engine) async fn explain(&mut self, explanation: Explanation, host: &dyn Host) -> Result<(), JobEnd> {
        let device = self.device().await;
        let model = self.model.as_ref().ok_or_else(no_model)?;
        let images = self.images.as_mut().ok_or_else(no_images)?;
        let pacer = Pacer::new(host);
        // Anything else on the device goes before this element comes.
        let mut recent = match self.recent.take().filter(|recent| recent.is_of(&explanation)) {
            Some(recent) => recent,
            None => {
                images.look_for(&model.maps.config).await?;
                let Explanation { participant, element, .. } = &explanation;
                let input = images.input(participant, *element, &model.maps.config, &|| host.now_ms()).await?;
                let subject = Subject::upload(input, &model.network, &pacer).await?;
                RecentSubject { participant: participant.clone(), element: *element, subject }
            }
        };
        let warmth = if self.warm { Warmth::Warm } else { Warmth::Cold };
        let outcome = explain(explanation, &mut recent.subject, model, &device, warmth, &pacer).await;
        // After a cancel it can be used again; what a device holds that has failed cannot.
        if !matches!(outcome, Err(JobEnd::Failed(_))) {
            self.recent = Some(recent);
        }
        let explained = outcome?;
        self.warm = true;
        host.post(Event::Map(Box::new(explained.ready.clone())), vec![Attachment::Floats(explained.map.values.clone())]);
        self.explained = Some(explained);
        Ok(())
    }

    /// Writes the last map as a file.
    pub(in crate::engine) async fn export(&self, kind: ExportKind, map: &MapIdentity, host: &dyn Host) -> Result<(), JobEnd> {
        let explained = self.last_map_of(map)?;
        let (name, mime, mut bytes) = explained.file(kind);
        if kind == ExportKind::Record {
            bytes = self.record(explained, host).await?;
        }
        host.post(Event::File { name, mime: mime.to_owned() }, vec![Attachment::Bytes(bytes)]);
        Ok(())
    }

    /// Hashes the last map's values.
    pub(in crate::engine) fn hash_map(&self, map: &MapIdentity, host: &dyn Host) -> Result<(), JobEnd> {
        let hash = self.last_map_of(map)?.values_sha256().to_owned();
        host.post(Event::MapHash(hash), Vec::new());
        Ok(())
    }

    /// The record of the last map with the hashes of all that it came from.
    async fn record(&self, explained: &SingleMap, host: &dyn Host) -> Result<Vec<u8>, JobEnd> {
        let mut record = explained.record.clone();
        record.model.sha256 = explained.checkpoint.sha256().await?;
        record.input.sha256 = self.opened_images()?.file_sha256(&record.input.file).await?;
        record.map.sha256 = explained.values_sha256().to_owned();
        record.peak_memory_bytes = host.memory_bytes();
        Ok(record.to_json())
    }
}
