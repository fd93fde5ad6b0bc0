//! Tables of participants: what becomes a data group, and every way in which it does not.

use maplens::maps::GroupSession;
use maplens::maps::participants::{self, Cohort, ParticipantsError};
use maplens::tsv::Table;

fn table(file: &str, text: &str) -> Table {
    Table::read(file, text.as_bytes()).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn single(text: &str, diagnoses: &[&str], label: &str) -> Result<Vec<GroupSession>, ParticipantsError> {
    participants::sessions_of_single_cohort(&table("p.tsv", text), &words(diagnoses), Some(label))
}

/// `participant session cohort label` of every session.
fn lines(sessions: &[GroupSession]) -> Vec<String> {
    let line = |s: &GroupSession| format!("{} {} {} {}", s.participant_id, s.session_id, s.cohort, s.label.as_deref().unwrap_or("-"));
    sessions.iter().map(line).collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ParticipantsError>) -> String {
    let error = result.unwrap_err();
    assert!(!error.hint().is_empty());
    error.to_string()
}

#[test]
fn the_table_is_filtered_and_keeps_its_order() {
    let text = "participant_id\tsession_id\tage\tdiagnosis\ns3\tM0\t80\tCN\ns1\tM0\t76.90\tAD\ns1\tM6\t\tAD\ns2\tM0\t60\tMCI\n";
    let sessions = single(text, &["AD", "CN", "LBD"], "diagnosis").unwrap();
    assert_eq!(lines(&sessions), ["s3 M0 single CN", "s1 M0 single AD", "s1 M6 single AD"]);
    assert_eq!(lines(&single(text, &["AD", "CN"], "age").unwrap()), ["s3 M0 single 80.0", "s1 M0 single 76.9", "s1 M6 single -"]);
    assert_eq!(lines(&single(text, &["MCI"], "sex").unwrap()), ["s2 M0 single -"]);
}

#[test]
fn a_column_cohort_without_paths_is_replaced() {
    let text = "participant_id\tsession_id\tcohort\tdiagnosis\ns1\tM0\tadni\tAD\n";
    assert_eq!(lines(&single(text, &["AD"], "diagnosis").unwrap()), ["s1 M0 single AD"]);
}

#[test]
fn a_table_without_diagnosis_is_refused() {
    assert_eq!(
        refusal(single("participant_id\tage\ns\t3\n", &["AD"], "age")),
        "p.tsv: no column session_id, no column diagnosis; it has participant_id, age"
    );
}

#[test]
fn diagnoses_that_leave_no_row_are_told_with_those_there_are() {
    let text = "participant_id\tsession_id\tdiagnosis\ns1\tM0\tMCI\ns2\tM0\tLBD\ns3\tM0\tMCI\ns4\tM0\tNA\n";
    assert_eq!(refusal(single(text, &["AD", "CN"], "diagnosis")), "p.tsv: no row has the diagnosis AD or CN; the table has MCI, LBD");
    assert_eq!(refusal(single(text, &["NA"], "diagnosis")), "p.tsv: no row has the diagnosis NA; the table has MCI, LBD");
    let empty = "participant_id\tsession_id\tdiagnosis\n";
    assert_eq!(refusal(single(empty, &["AD"], "diagnosis")), "p.tsv: no row has the diagnosis AD; the table has none");
}

#[test]
fn a_list_of_cohorts_is_no_single_cohort() {
    let text = "participant_id\tsession_id\tdiagnosis\tcohort\tpath\ns1\tM0\tAD\ta\tb\n";
    let expected = "p.tsv: the columns cohort and path are those of a list of cohorts, not of one cohort's participants";
    assert_eq!(refusal(single(text, &["AD"], "diagnosis")), expected);
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = "participant_id\tsession_id\tdiagnosis\ns1\tM0\tAD\n\tM0\tAD\ns1\tM0\tCN\ns1\tM0\tMCI\ns2\tnan\tCN\n";
    assert_eq!(
        refusal(single(text, &["AD", "CN"], "diagnosis")),
        "p.tsv: column participant_id is empty in row 2; p.tsv: column session_id is empty in row 5"
    );
}

/// ClinicaDL counts a row each time, so that a session in the table twice weighs twice in the mean.
#[test]
fn repeated_sessions_are_kept_and_told() {
    let rows = "s2\tM0\tAD\ns1\tM0\tAD\ns1\tM6\tAD\ns1\tM0\tCN\ns1\tM0\tMCI\ns2\tM0\tAD\ns2\tM0\tAD\n";
    let sessions = single(&format!("participant_id\tsession_id\tdiagnosis\n{rows}"), &["AD", "CN"], "diagnosis").unwrap();
    let expected = ["s2 M0 single AD", "s1 M0 single AD", "s1 M6 single AD", "s1 M0 single CN", "s2 M0 single AD", "s2 M0 single AD"];
    assert_eq!(lines(&sessions), expected);
    assert_eq!(participants::repeated(&sessions), ["s2 M0 (3 times)", "s1 M0 (2 times)"]);
    assert_eq!(participants::repeated(&sessions[1..3]), [""; 0]);
}

#[test]
fn a_folder_is_no_table() {
    participants::check_is_table("labels/test.tsv").unwrap();
    let sentence = refusal(participants::check_is_table("labels"));
    assert_eq!(sentence, "labels: a table whose name ends in .tsv is needed here");
}

const COHORTS: &str = "cohort\tdiagnoses\tpath\nadni\tAD, CN\tadni.tsv\naibl\tCN\taibl.tsv\noasis\tMCI\toasis.tsv\n";
const CAPS: &str = "cohort\tpath\naibl\t/caps/aibl\nadni\t/caps/adni\nother\t/caps/other\n";

fn cohorts(list: &str, caps: &str, diagnoses: &[&str]) -> Result<Vec<Cohort>, ParticipantsError> {
    participants::cohorts(&table("list.tsv", list), &table("caps.tsv", caps), &words(diagnoses))
}

#[test]
fn of_several_cohorts_those_with_the_diagnoses_are_read() {
    let taken = cohorts(COHORTS, CAPS, &["CN", "AD"]).unwrap();
    let cohort = |name: &str, diagnoses: &[&str]| Cohort {
        name: name.to_owned(),
        diagnoses: words(diagnoses),
        participants_path: format!("{name}.tsv"),
        caps_path: format!("/caps/{name}"),
    };
    assert_eq!(taken, [cohort("adni", &["CN", "AD"]), cohort("aibl", &["CN"])]);
}

#[test]
fn a_stored_group_of_several_cohorts_finds_its_caps() {
    let caps = participants::caps_of_cohorts(&table("caps.tsv", CAPS)).unwrap();
    let pair = |cohort: &str| (cohort.to_owned(), format!("/caps/{cohort}"));
    assert_eq!(caps, ["aibl", "adni", "other"].map(pair));
    let sentence = refusal(participants::caps_of_cohorts(&table("caps.tsv", "cohort\tpath\na\tb\na\tc\nd\t\n")));
    assert_eq!(sentence, "caps.tsv: column path is empty in row 3; caps.tsv: listed more than once: a");
}

#[test]
fn the_sessions_of_all_cohorts_stand_one_below_the_other() {
    let taken = cohorts(COHORTS, CAPS, &["AD", "CN"]).unwrap();
    let adni = table("adni.tsv", "participant_id\tsession_id\tdiagnosis\tage\ns1\tM0\tAD\t80\ns2\tM0\tMCI\t70\n");
    let aibl = table("aibl.tsv", "participant_id\tsession_id\tdiagnosis\tage\ns1\tM0\tCN\t65.5\ns9\tM0\tAD\t60\n");
    let tables: Vec<(Cohort, Table)> = taken.into_iter().zip([adni, aibl]).collect();
    let sessions = participants::sessions_of_cohorts(&tables, Some("age")).unwrap();
    assert_eq!(lines(&sessions), ["s1 M0 adni 80.0", "s1 M0 aibl 65.5"]);
}

#[test]
fn problems_of_all_cohorts_are_reported_at_once() {
    let taken = cohorts(COHORTS, CAPS, &["AD", "CN"]).unwrap();
    let adni = table("adni.tsv", "participant_id\tsession_id\ns1\tM0\n");
    let aibl = table("aibl.tsv", "participant_id\tsession_id\tdiagnosis\ns1\tM0\tAD\n");
    let tables: Vec<(Cohort, Table)> = taken.into_iter().zip([adni, aibl]).collect();
    assert_eq!(
        refusal(participants::sessions_of_cohorts(&tables, None)),
        "adni.tsv: no column diagnosis; it has participant_id, session_id; \
         aibl.tsv: no row has the diagnosis CN; the table has AD"
    );
}

#[test]
fn lists_of_cohorts_that_do_not_fit_are_refused() {
    let check = |list: &str, caps: &str, diagnoses: &[&str], sentence: &str| assert_eq!(refusal(cohorts(list, caps, diagnoses)), sentence);
    check(
        "cohort\tpath\na\tb\n",
        "path\nc\n",
        &["AD"],
        "list.tsv: no column diagnoses; it has cohort, path; caps.tsv: no column cohort; it has path",
    );
    check(COHORTS, CAPS, &["AD", "LBD"], "list.tsv: no cohort has the diagnosis LBD; together they have AD, CN, MCI");
    check(COHORTS, CAPS, &["MCI"], "caps.tsv: no CAPS of the cohort oasis; there are those of aibl, adni, other");
    check(
        "cohort\tdiagnoses\tpath\na\tAD\tlabels\n\tAD\tx.tsv\na\tAD\ty.tsv\n",
        "cohort\tpath\na\tb\n",
        &["AD"],
        "list.tsv: column cohort is empty in row 2; list.tsv: listed more than once: a",
    );
    check(
        "cohort\tdiagnoses\tpath\na\tAD\tlabels\n",
        "cohort\tpath\na\tb\n",
        &["AD"],
        "labels: a table whose name ends in .tsv is needed here",
    );
}
