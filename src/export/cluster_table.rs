//! Clusters → a table of tab-separated values. It begins with the columns of nilearn's `get_clusters_table`, under their names.

use crate::analysis::clusters::{Cluster, ClusterRule};
use crate::tsv::bytes_of_rows;

const COLUMNS: [&str; 13] = [
    "Cluster ID",
    "X",
    "Y",
    "Z",
    "Peak Stat",
    "Cluster Size (mm3)",
    "Cluster Size (voxels)",
    "Region",
    "I",
    "J",
    "K",
    "Threshold",
    "Minimum Size (voxels)",
];

/// The table's bytes: one row for each cluster with the name of the region below its peak, which may be empty. X, Y, Z are world millimetres
/// (RAS+), I, J, K the voxel on the map's grid, from 0.
pub fn cluster_table(clusters: &[Cluster], regions: &[String], rule: ClusterRule) -> Vec<u8> {
    let header = COLUMNS.map(str::to_owned).to_vec();
    let rows = clusters.iter().enumerate().map(|(index, cluster)| {
        let region = regions.get(index).cloned().unwrap_or_default();
        row(index + 1, cluster, region, rule)
    });
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    bytes_of_rows(rows.iter())
}

fn row(number: usize, cluster: &Cluster, region: String, rule: ClusterRule) -> Vec<String> {
    let Cluster { n_voxels, mm3, peak_value, peak_voxel, peak_mm, .. } = cluster;
    let mut values = vec![number.to_string()];
    values.extend(peak_mm.map(thousandths));
    values.extend([peak_value.to_string(), thousandths(*mm3), n_voxels.to_string(), region]);
    values.extend(peak_voxel.map(|index| index.to_string()));
    values.extend([rule.threshold.to_string(), rule.min_voxels.max(1).to_string()]);
    values
}

/// A value rounded to thousandths, micrometres where it is a length: far finer than a voxel.
fn thousandths(value: f64) -> String {
    // Adding zero turns −0 into 0.
    ((value * 1e3).round() / 1e3 + 0.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_what_the_cluster_holds() {
        let peak_mm = [-24.000_000_01, 0.5, -0.000_1];
        let cluster = Cluster { n_voxels: 12, mm3: 40.5, peak_value: -1.25e-5, peak: 7, peak_voxel: [3, 0, 7], peak_mm };
        let rule = ClusterRule { threshold: 1e-5, min_voxels: 0 };
        let bytes = cluster_table(&[cluster; 2], &["Left \"half\"".to_owned()], rule);
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0].split('\t').count(), COLUMNS.len());
        assert_eq!(lines[1], "1\t-24\t0.5\t0\t-0.0000125\t40.5\t12\t\"Left \"\"half\"\"\"\t3\t0\t7\t0.00001\t1");
        assert_eq!(lines[2], "2\t-24\t0.5\t0\t-0.0000125\t40.5\t12\t\t3\t0\t7\t0.00001\t1");
    }
}
