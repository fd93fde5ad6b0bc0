//! The requests about what is seen beside a single map.

use std::rc::Rc;

use super::clusters::{clusters_of, clusters_ready};
use super::numbers::numbers_of;
use super::volumes::read_volume;
use crate::engine::failure::{JobEnd, no_files, no_map};
use crate::engine::progress::Pacer;
use crate::engine::request_files::{FigureFiles, RequestFiles};
use crate::engine::{Engine, Host};
use crate::export::html::html;
use crate::export::svg::svg;
use crate::protocol::{
    Attachment, ClusterRequest, ComparisonRequest, Event, FigureForm, FigureReady, FigureRequest, MapIdentity, VolumeRole,
};
use crate::render::figure::Scene;

impl Engine {
    /// Opens one more volume for the page.
    pub(in crate::engine) async fn open_volume(&self, role: VolumeRole, files: RequestFiles, host: &dyn Host) -> Result<(), JobEnd> {
        let RequestFiles::Files(files) = files else { return Err(no_files()) };
        let (ready, voxels) = read_volume(role, files).await?;
        host.post(Event::Volume(Box::new(ready)), vec![Attachment::Floats(Rc::new(voxels))]);
        Ok(())
    }

    /// Draws a figure of the last map, for the page or as an HTML file.
    pub(in crate::engine) async fn draw_figure(
        &mut self,
        request: &FigureRequest,
        files: RequestFiles,
        host: &dyn Host,
    ) -> Result<(), JobEnd> {
        let started = host.now_ms();
        let map = match (self.last_map_of(&request.map), request.form) {
            // The page has another map by now, and asks for the figure of that.
            (Err(_), FigureForm::Shown) if self.explained.is_some() => return Err(JobEnd::Cancelled),
            (Err(end), _) => return Err(end),
            (Ok(_), _) => self.explained.as_ref().ok_or_else(no_map)?,
        };
        let files = if let RequestFiles::Figure(files) = files { files } else { FigureFiles::default() };
        self.backgrounds.prepare(request, map, self.images.as_mut(), files).await?;
        let (scene, caption) = self.backgrounds.draw(map, request)?;
        let name = map.figure_name();
        let (event, text) = match request.form {
            FigureForm::Html => {
                let file = Event::File { name: name + ".html", mime: "text/html".to_owned() };
                (file, html(&scene, &caption))
            }
            FigureForm::Shown => {
                let text = svg(&scene, &caption);
                let (Scene { inches, size, panels, notes, .. }, milliseconds) = (scene, host.now_ms() - started);
                (Event::Figure(Box::new(FigureReady { name, inches, size, panels, notes, caption, milliseconds })), text)
            }
        };
        host.post(event, vec![Attachment::Bytes(text.into_bytes())]);
        Ok(())
    }

    /// Whether the template was read already, so that its file need not come with a figure's request.
    pub fn has_template(&self) -> bool {
        self.backgrounds.has_template()
    }

    /// Measures a channel of the last map; a map that is not the last one any more counts as cancelled, since the page shows
    /// another.
    pub(in crate::engine) async fn measure_map(&self, map: &MapIdentity, channel: usize, host: &dyn Host) -> Result<(), JobEnd> {
        let last = self.last_map_of(map).map_err(|_| JobEnd::Cancelled)?;
        let numbers = numbers_of(&last.map, channel, &Pacer::new(host)).await?;
        host.post(Event::Numbers(Box::new(numbers)), Vec::new());
        Ok(())
    }

    /// Keeps the last map beside those that follow.
    pub(in crate::engine) fn keep_map(&mut self, number: u32, wanted: &MapIdentity, host: &dyn Host) -> Result<(), JobEnd> {
        let map = self.last_map_of(wanted)?.map.clone();
        self.kept_maps.keep(number, &map)?;
        host.post(Event::KeptMaps(self.kept_maps.numbers()), Vec::new());
        Ok(())
    }

    /// Drops a kept map.
    pub(in crate::engine) fn forget_map(&mut self, number: u32, host: &dyn Host) -> Result<(), JobEnd> {
        self.kept_maps.forget(number);
        host.post(Event::KeptMaps(self.kept_maps.numbers()), Vec::new());
        Ok(())
    }

    /// Compares two kept maps.
    pub(in crate::engine) async fn compare_maps(&mut self, request: ComparisonRequest, host: &dyn Host) -> Result<(), JobEnd> {
        let comparison = self.kept_maps.compare(request, &Pacer::new(host)).await?;
        host.post(Event::Compared(Box::new(comparison)), Vec::new());
        Ok(())
    }

    /// Finds the clusters of the last map.
    pub(in crate::engine) async fn find_clusters(&self, request: &ClusterRequest, host: &dyn Host) -> Result<(), JobEnd> {
        let last = self.last_map_of(&request.map)?;
        let found = clusters_of(&last.map, request, &Pacer::new(host)).await?;
        let (ready, small_voxels) = clusters_ready(last.figure_name(), found);
        host.post(Event::Clusters(Box::new(ready)), vec![Attachment::Bytes(small_voxels)]);
        Ok(())
    }
}
