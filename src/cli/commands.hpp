#pragma once
// The commands, one file each. arguments.cpp turns argv into these structs (the only file that sees CLI11);
// each run_* does the work and returns the exit code of docs/json.md: 0 done, 1 findings, 2 usage, 3 damaged,
// 4 disk.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "base/progress.hpp"
#include "base/result.hpp"
#include "casefile/case.hpp"
#include "engine/investigate.hpp"

namespace dislodge::cli {

inline constexpr int kDone = 0, kFindings = 1, kUsage = 2, kDamaged = 3, kDisk = 4;

// What every command takes.
struct Common {
  bool json = false;
  bool quiet = false;
  bool timings = false;
  std::filesystem::path passphrase_file, key_file;
  std::vector<std::filesystem::path> password_files, unlock_keys;  // for encrypted evidence
  bool no_ocr = false;
  int unlock_from =
      -1;  // descriptor with the passphrase or key, and where progress is told: for serve/errand
  int progress_to = -1;
  engine::Options engine;
};

struct CaseOptions : Common {
  std::filesystem::path folder;
};
struct AddArguments : CaseOptions {
  std::vector<std::filesystem::path> paths;
  std::string exposed, custodian;
  std::filesystem::path exposure_file;
  std::string notice_from, verified_by, verified_how;  // of tips and notices
  std::filesystem::path signature;                     // of a notice, and the key to check it with
  std::string verify_key;
};
struct TipsArguments : CaseOptions {
  std::string judge, who, reason;
};
struct WhyArguments : CaseOptions {
  std::string thing;
};
struct PlanArguments : CaseOptions {
  std::filesystem::path check;      // --check FILE
  std::filesystem::path checklist;  // --checklist FILE: .csv, else Markdown
  std::filesystem::path costs;      // --costs FILE
  std::string start;                // --start TIME
  std::vector<std::string> protect, forbid, prefer;
  std::uint32_t capacity = 0;
  std::string tick, state, who, evidence, at;  // `plan tick`
  std::filesystem::path ticks;                 // a checklist that came back
};
struct VerifyArguments : CaseOptions {
  std::string since;                  // default: by the ticks of the plan
  std::vector<std::string> canaries;  // ids or names
};
struct LedgerArguments : CaseOptions {
  bool unread = false;
};
struct EventsArguments : CaseOptions {
  std::string who, application, address, from, until, source;
};
struct CollectArguments : CaseOptions {};  // without a folder: everything that can be exported
struct SecretsArguments : CaseOptions {
  std::string reveal, reason;
  bool yes = false;
};
struct DutiesArguments : CaseOptions {
  std::string due_regime, due_trigger, due_time, aware, zone, counting;  // `duties due`
  std::vector<std::string> closed;                                       // DATE or DATE=WHY
  bool regimes = false;                                                  // `duties regimes`
  // What is entered, by whom, on which facts.
  std::string decide, filed, delay, field, at, who, reason;
  std::string value, not_determined, not_applicable, next;  // of --field
  int days = 0;                                             // of --delay
  std::string checklist;
  bool decisions = false;
};
struct PackageArguments : CaseOptions {
  std::string organisation;
  std::filesystem::path out;
  std::vector<std::string> released_by, hold;
  std::string contact_name, contact_channel, verify_at, code, next_update, seal_to;
  std::string recipient_confirmed_by;  // who confirmed the recipient out of band
  std::vector<std::string> reviewed;   // custodians held by default whose mail a person has looked at
  std::string reviewed_by;
  bool only_secrets = false;                   // a manifest of the messages with secrets only
  bool contents = false;                       // the messages too
  std::vector<std::string> reviewed_messages;  // ids that a person has looked at
  std::vector<std::string> also;               // domains that are the same organisation
  std::string also_confirmed_by;
  std::filesystem::path review_list;  // to write: what is not given, and why, for who reviews it
  std::filesystem::path receipt;      // a receipt that came back
};
struct LinkArguments : CaseOptions {
  std::filesystem::path file, out, pair_key;  // a set to compare with, or to write
  std::string label;
};
struct NoticeArguments : CaseOptions {
  std::string kind, to, address, regime;
  std::string contact_name, contact_channel, verify_at, code;
  std::filesystem::path out;
};
struct ReconcileArguments : CaseOptions {
  std::filesystem::path manifest, signature;
  std::string verify_key, verified_by, received_by;
  std::filesystem::path contents,
      contents_out;               // messages of their package, and the folder to open them into
  std::filesystem::path receipt;  // to write
};
struct StatementsArguments : CaseOptions {
  bool told = false;
  std::string tell, to, by, at;  // --tell NUMBER
};
struct JournalArguments : CaseOptions {
  std::string what;  // verify, list, checkpoint
  std::string holder;
  std::filesystem::path out, note;
};
struct DumpArguments : CaseOptions {
  bool canonical = false;
};
struct ReportArguments : CaseOptions {
  std::filesystem::path out;
  std::string track;                 // factual or counsel
  std::vector<std::string> readers;  // of counsel's track
};
struct ServeArguments : CaseOptions {
  std::uint16_t port = 0;  // 0: any that is free
};
struct ScanArguments : Common {
  std::vector<std::filesystem::path> paths;
  bool fail_on_findings = false, rejected = false, heed_allow = true;
  bool places = false;                              // list what is useful to a thief without being a secret
  std::string format;                               // text, json, sarif; "": text, or json with --json
  std::filesystem::path sarif;                      // written beside the output
  std::vector<std::filesystem::path> sarif_in;      // other scanners' results
  std::vector<std::filesystem::path> ignore_files;  // beside the .dislodgeignore of each folder
  std::filesystem::path baseline;
  std::string shard, inventory;              // "i/n"
  std::vector<std::filesystem::path> known;  // inventories for a shard
  std::filesystem::path seal_to, out, fingerprint_key;
};
struct MergeArguments : CaseOptions {
  std::vector<std::filesystem::path> shards;
};
struct DrillArguments : Common {
  std::string kind = "legacy-app", size = "small";
  std::uint64_t seed = 1;
  bool list = false;
  std::filesystem::path folder;
};
struct GradeArguments : CaseOptions {
  std::filesystem::path drill;  // holds answers.json
};
struct RulesArguments : Common {
  std::string what;            // check, list, import, compile
  std::filesystem::path from;  // import: a file, or a folder of them
  std::filesystem::path out;   // compile: folder of the cache; import: file or folder
};
struct DemoArguments : Common {
  std::filesystem::path evidence, out;
};

int run_new(const CaseOptions &arguments);
// Both read evidence, under limits that somebody set ("NAME=NUMBER" each, base/limit_names.hpp): these are in
// the options already, and the case keeps them.
int run_add(const AddArguments &arguments, const std::vector<std::string> &limits);
int run_investigate(const CaseOptions &arguments, const std::vector<std::string> &limits);
int run_status(const CaseOptions &arguments);
int run_secrets(const SecretsArguments &arguments);
int run_detections(const CaseOptions &arguments);
int run_sessions(const CaseOptions &arguments);
int run_timeline(const CaseOptions &arguments);
int run_coverage(const CaseOptions &arguments);
int run_ledger(const LedgerArguments &arguments);
int run_reach(const CaseOptions &arguments);
int run_why(const WhyArguments &arguments);
int run_plan(const PlanArguments &arguments);
int run_verify(const VerifyArguments &arguments);
int run_parties(const CaseOptions &arguments);
int run_tips(const TipsArguments &arguments);
int run_statements(const StatementsArguments &arguments);
int run_package(const PackageArguments &arguments);
int run_link(const LinkArguments &arguments);
int run_notice(const NoticeArguments &arguments);
int run_reconcile(const ReconcileArguments &arguments);
int run_duties(const DutiesArguments &arguments);
int run_events(const EventsArguments &arguments);
int run_collect(const CollectArguments &arguments);
int run_journal(const JournalArguments &arguments);
int run_dump(const DumpArguments &arguments);
int run_report(const ReportArguments &arguments);
int run_serve(const ServeArguments &arguments);
int run_scan(const ScanArguments &arguments);
int run_merge(const MergeArguments &arguments);
int run_drill(const DrillArguments &arguments);
int run_grade(const GradeArguments &arguments);
int run_rules(const RulesArguments &arguments);
int run_rules_import(const RulesArguments &arguments);
int run_demo(const DemoArguments &arguments);

// Reads argv, runs the command, returns the exit code.
int run(int argc, char **argv);

}  // namespace dislodge::cli
