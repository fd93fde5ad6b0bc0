#!/bin/bash
# Interprets a data group as a Slurm array, then puts the parts together:
#   array=$(sbatch --parsable --array=1-8 slurm.sh MAPS CAPS participants.tsv)
#   sbatch --dependency=afterok:$array slurm.sh MAPS
#SBATCH --job-name=maplens
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
set -euo pipefail

maps=$1 group=test name=run1

if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then
    maplens interpret "$maps" "$group" "$name" gradients --caps_directory "$2" --participants_tsv "$3" --quiet \
        --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
else
    maplens merge "$maps" "$group" "$name" --quiet
fi
