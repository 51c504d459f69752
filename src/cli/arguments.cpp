// argv to the structs of commands.hpp. This file and disclosure_arguments.cpp alone include CLI11, which is
// slow to compile.

#include <cstdio>

#include "base/limit_names.hpp"
#include "cli/argument_parts.hpp"
#include "cli/commands.hpp"
#include "cli/reach.hpp"
#include "cli/session.hpp"
#include "engine/version.hpp"

namespace dislodge::cli {

// Adds what every command takes.
void common(CLI::App &app, Common &to) {
  app.add_flag("--json", to.json, "JSON lines instead of text (docs/json.md)");
  app.add_flag("-q,--quiet", to.quiet, "No progress line");
  app.add_flag("--timings", to.timings, "Print bytes, items and seconds of each stage");
  app.add_option("--rules", to.engine.rules_folder,
                 "A rules folder, or one rules file, instead of the built-in ones")
      ->check(CLI::ExistingPath);
  app.add_option("--add-rules", to.engine.added_rules,
                 "Rules files to use beside the others, such as `rules import` writes")
      ->check(CLI::ExistingPath);
  app.add_option("--workers", to.engine.workers, "Worker processes (default: one a processor)");
}

void key_options(CLI::App &app, Common &to) {
  app.add_option("--passphrase-file", to.passphrase_file,
                 "File whose first line is the passphrase of the case");
  app.add_option("--key-file", to.key_file, "Key file of the case (32 bytes; or DISLODGE_KEY_FILE=PATH)");
  // For the page, which runs commands for who looks at it (serve/errand.hpp): an empty group hides them.
  app.add_option("--unlock-from", to.unlock_from)->group("");
  app.add_option("--progress-to", to.progress_to)->group("");
}

namespace {

// How evidence is read. Limits that are set go to `limits` besides, for a case to keep.
void reading_options(CLI::App &app, Common &to, std::vector<std::string> &limits) {
  app.add_option("--password-file", to.password_files,
                 "Passwords of archives and documents, one a line: what is encrypted is tried with each")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  app.add_flag("--no-ocr", to.no_ocr, "Do not read text in pictures (it is slow: about a second each)");
  app.add_option_function<std::vector<std::string>>(
         "--limit",
         [&](const std::vector<std::string> &settings) {
           for (const std::string &setting : settings)
             if (const auto set = base::set_limit(to.engine.limits, setting); !set)
               throw CLI::ValidationError(set.error().message);
           limits = settings;
         },
         "NAME=NUMBER: another limit than the default, by the name that rows of the ledger give; a case "
         "keeps it")
      ->allow_extra_args(false);
  app.add_option("--key", to.unlock_keys, "Private key for encrypted mail (PEM, DER or OpenPGP)")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
}

}  // namespace

void case_options(CLI::App &app, CaseOptions &to) {
  app.add_option("CASE", to.folder, "Folder of the case")->required();
  key_options(app, to);
  common(app, to);
}

// `cache` is where compiled rules are kept.
Common &ready(Common &arguments) {
  arguments.engine.cache_folder = user_cache_folder();
  return arguments;
}

int run(int argc, char **argv) {
  CLI::App app{"Dislodge: what was stolen, what it opens, and how to get the intruder out.", "dislodge"};
  app.set_version_flag("--version", "dislodge " + std::string(engine::kProgramVersion));
  app.require_subcommand(1);
  int code = kDone;

  // Each command: its struct lives here, its callback runs it.
  const auto simple = [&](const char *name, const char *help, int (*runner)(const CaseOptions &),
                          CaseOptions &to) {
    CLI::App *command = app.add_subcommand(name, help);
    case_options(*command, to);
    command->callback([&, runner] {
      ready(to);
      code = runner(to);
    });
    return command;
  };

  DemoArguments demo;
  CLI::App *demo_command = app.add_subcommand("demo", "Investigate the sample breach and say where to look");
  demo_command->add_option("--evidence", demo.evidence, "The sample breach (default: examples/northwind)");
  demo_command->add_option("-o,--out", demo.out, "Folder for the case and the report (default: out/demo)");
  common(*demo_command, demo);
  demo_command->callback([&] {
    ready(demo);
    code = run_demo(demo);
  });

  CaseOptions new_case;
  simple("new", "Make a case and its key", run_new, new_case);

  AddArguments add;
  CLI::App *add_command =
      app.add_subcommand("add", "Hand in evidence: files and folders; what it is, is recognised");
  case_options(*add_command, add);
  add_command->add_option("PATH", add.paths, "Files and folders")->required();
  add_command->add_option("--exposed", add.exposed,
                          "FROM..UNTIL: when the intruder could read it (RFC 3339; either end may be empty); "
                          "none: it was not (our archive beside a supplier's notice)");
  add_command
      ->add_option("--exposure-file", add.exposure_file,
                   "CSV with mailbox,from,until: exposure of each mailbox or folder")
      ->check(CLI::ExistingFile);
  add_command->add_option("--custodian", add.custodian,
                          "Whose mailbox, or which repository (github.com/owner/name)");
  add_command->add_option("--notice-from", add.notice_from,
                          "Who a tip or a supplier's notice is from (default: as the file says)");
  add_command->add_option("--verified-by", add.verified_by,
                          "Who confirmed out of band that the tip or notice is theirs");
  add_command->add_option("--verified-how", add.verified_how, "How: by telephone, in person ...");
  add_command
      ->add_option("--signature", add.signature,
                   "Signature of the notice (default: the .sig and verify.key beside it)")
      ->check(CLI::ExistingFile);
  add_command->add_option("--verify-key", add.verify_key,
                          "The sender's key, got out of band (64 hex digits, or a file)");
  std::vector<std::string> limits;  // of the one command that runs
  reading_options(*add_command, add, limits);
  add_command->callback([&] {
    ready(add);
    code = run_add(add, limits);
  });

  CaseOptions investigate, status, detections, sessions, timeline, coverage, parties;
  CLI::App *investigate_command =
      app.add_subcommand("investigate", "Run every pass that has something new to do");
  case_options(*investigate_command, investigate);
  reading_options(*investigate_command, investigate, limits);
  investigate_command->add_flag("--retry", investigate.engine.retry_poisoned,
                                "Try what crashed or hung its reader once more");
  investigate_command->callback([&] {
    ready(investigate);
    code = run_investigate(investigate, limits);
  });
  simple("status", "What is known, what is missing, what is not read", run_status, status);
  simple("detections", "What the logs show", run_detections, detections);
  simple("sessions", "Sessions, and which are the intruder's", run_sessions, sessions);
  simple("timeline", "The intruder's acts in order of time", run_timeline, timeline);
  simple("coverage", "What each log can and cannot testify about", run_coverage, coverage);
  ReachArguments reach;
  CLI::App *reach_command = app.add_subcommand("reach", "What the intruder could hold, since when");
  case_options(*reach_command, reach);
  reach_command->add_option(
      "--if", reach.questions,
      "What would change: without:ACTION (of the plan), reads:RESOURCE@FROM..UNTIL, "
      "missing-log:SOURCE, unseen (a credential left in every slot that --unseen lists); "
      "may be given several times");
  reach_command->add_option("--at", reach.at, "Only what they hold at this time (RFC 3339)");
  reach_command->add_option(
      "--picture", reach.picture,
      "How they came to a thing (id, or all) and what follows, laid out by time, as JSON");
  reach_command->add_flag("--people", reach.people, "How many accounts they reach, of whom");
  reach_command->add_flag("--unseen", reach.unseen,
                          "Credentials that the intruder could have set and no evidence shows or excludes");
  reach_command->add_flag("--doors", reach.doors,
                          "Weak doors: dormant, test, legacy, shared and guest accounts, missing factors, "
                          "unused rights, secrets without end");
  reach_command->add_flag("--opengraph", reach.opengraph, "As BloodHound OpenGraph JSON");
  reach_command->callback([&] {
    ready(reach);
    code = run_reach(reach);
  });
  simple("parties", "Whom it touches", run_parties, parties);

  SecretsArguments secrets;
  CLI::App *secrets_command =
      app.add_subcommand("secrets", "The secrets found, with their places and owners");
  case_options(*secrets_command, secrets);
  secrets_command->add_option("--reveal", secrets.reveal,
                              "Show the value of one secret (id): journalled, needs --reason and --yes");
  secrets_command->add_option("--reason", secrets.reason, "Why it is revealed: goes into the journal");
  secrets_command->add_flag("--yes", secrets.yes, "The second step of a reveal");
  secrets_command->callback([&] {
    ready(secrets);
    code = run_secrets(secrets);
  });

  LedgerArguments ledger;
  CLI::App *ledger_command = app.add_subcommand("ledger", "What was read, what was not and why");
  case_options(*ledger_command, ledger);
  ledger_command->add_flag("--unread", ledger.unread, "Only what was not read, or is not held");
  ledger_command->callback([&] {
    ready(ledger);
    code = run_ledger(ledger);
  });

  WhyArguments why;
  CLI::App *why_command = app.add_subcommand("why", "The chain of proof for one thing, back to evidence");
  case_options(*why_command, why);
  why_command->add_option("THING", why.thing, "Id or name of a principal, resource or secret")->required();
  why_command->callback([&] {
    ready(why);
    code = run_why(why);
  });

  PlanArguments plan;
  CLI::App *plan_command = app.add_subcommand("plan", "How to get them out: actions in waves, checked");
  case_options(*plan_command, plan);
  plan_command->get_option("CASE")->required(false);
  plan_command
      ->add_option("--check", plan.check, "Check a plan given as JSON lines or CSV and list its leaks")
      ->check(CLI::ExistingFile);
  plan_command->add_option("--start", plan.start, "When wave 0 may begin (default: tomorrow)");
  plan_command->add_option("--protect", plan.protect, "Free these first, by id or name: triage");
  plan_command->add_option("--forbid", plan.forbid, "ACTION or \"ACTION TARGET\" that may not be taken");
  plan_command->add_option("--prefer", plan.prefer, "ACTION or \"ACTION TARGET\" that counts half its price");
  plan_command->add_option("--costs", plan.costs, "Prices in CSV: action,cost or action,target,cost")
      ->check(CLI::ExistingFile);
  plan_command->add_option("--capacity", plan.capacity,
                           "Actions that fit into one wave (default: any number)");
  plan_command->add_option("--checklist", plan.checklist,
                           "Write a checklist to this file: CSV where it ends in .csv, else Markdown");
  const auto tick_options = [&](CLI::App &command) {
    command.add_option("--state", plan.state, "claimed, in-effect, failed, rolled-back or open");
    command.add_option("--who", plan.who, "Who says so");
    command.add_option("--evidence", plan.evidence, "What shows it");
    command.add_option("--at", plan.at, "When it took effect (default: now)");
  };
  plan_command->add_option("--tick", plan.tick, "Record the state of an action (its id)");
  tick_options(*plan_command);
  CLI::App *tick_command =
      plan_command->add_subcommand("tick", "Record what was done, by whom and what shows it; plan again");
  case_options(*tick_command, plan);
  tick_command->add_option("ACTION", plan.tick, "Id of the action in the plan");
  tick_options(*tick_command);
  tick_command->add_option("--checklist", plan.ticks, "Take all ticks from a checklist that came back")
      ->check(CLI::ExistingFile);
  plan_command->callback([&] {
    ready(plan);
    if (plan.folder.empty()) {
      code = kUsage;
      std::fputs("dislodge: plan needs the folder of a case: dislodge plan CASE\n", stderr);
      return;
    }
    if (tick_command->parsed() && plan.tick.empty() && plan.ticks.empty()) {
      code = kUsage;
      std::fputs("dislodge: plan tick needs an action's id, or --checklist FILE\n", stderr);
      return;
    }
    code = run_plan(plan);
  });

  DisclosureCommands disclosure;
  add_disclosure_commands(app, disclosure, code);

  VerifyArguments verify;
  CLI::App *verify_command =
      app.add_subcommand("verify", "Whether the eviction held, by logs that were handed in after it");
  case_options(*verify_command, verify);
  verify_command->add_option("--since", verify.since,
                             "When the eviction took effect (default: by the ticks of the plan)");
  verify_command->add_option("--canary", verify.canaries,
                             "Nobody has reason to touch this, here and in every later verify: id or name; "
                             "none forgets those before");
  verify_command->callback([&] {
    ready(verify);
    code = run_verify(verify);
  });

  EventsArguments events;
  CLI::App *events_command = app.add_subcommand("events", "Events of the logs, filtered");
  case_options(*events_command, events);
  events_command->add_option("--who", events.who, "Actor: id or name, or part of it");
  events_command->add_option("--app", events.application, "Application: id or name, or part of it");
  events_command->add_option("--address", events.address, "Network address");
  events_command->add_option("--from", events.from, "Not before");
  events_command->add_option("--until", events.until, "Before");
  events_command->add_option("--source", events.source, "entra-signin, m365-audit ...");
  events_command->callback([&] {
    ready(events);
    code = run_events(events);
  });

  CollectArguments collect;
  CLI::App *collect_command =
      app.add_subcommand("collect", "What to export from which system, soonest to expire first");
  collect_command->add_option("CASE", collect.folder, "Folder of a case: what it holds is left out");
  key_options(*collect_command, collect);
  common(*collect_command, collect);
  collect_command->callback([&] {
    ready(collect);
    code = run_collect(collect);
  });

  JournalArguments journal;
  CLI::App *journal_command = app.add_subcommand("journal", "The record of everything done to the case");
  journal_command->add_option("WHAT", journal.what, "verify, list or checkpoint")
      ->required()
      ->check(CLI::IsMember({"verify", "list", "checkpoint"}));
  case_options(*journal_command, journal);
  journal_command->add_option("--holder", journal.holder, "checkpoint: who will hold it");
  journal_command->add_option("--out", journal.out, "checkpoint: file to hand over");
  journal_command->add_option("--note", journal.note, "verify: a checkpoint that somebody else kept")
      ->check(CLI::ExistingFile);
  journal_command->callback([&] {
    ready(journal);
    code = run_journal(journal);
  });

  DumpArguments dump;
  CLI::App *dump_command = app.add_subcommand("dump", "Everything in the case as text");
  case_options(*dump_command, dump);
  dump_command->add_flag("--canonical", dump.canonical, "Natural keys, sorted: equal cases dump equally");
  dump_command->callback([&] {
    ready(dump);
    code = run_dump(dump);
  });

  ReportArguments report;
  CLI::App *report_command = app.add_subcommand("report", "Everything, in files");
  case_options(*report_command, report);
  report_command->add_option("-o,--out", report.out, "Folder")->required();
  report_command
      ->add_option(
          "--track", report.track,
          "factual (default), or counsel: decisions, arguable dates and what was told, labelled privileged")
      ->check(CLI::IsMember({"factual", "counsel"}));
  report_command
      ->add_option("--for", report.readers, "Who reads this copy of counsel's track; may be repeated")
      ->allow_extra_args(false);
  report_command->callback([&] {
    ready(report);
    code = run_report(report);
  });

  ServeArguments serve;
  CLI::App *serve_command =
      app.add_subcommand("serve", "The page of the case, in your browser, from this machine only");
  case_options(*serve_command, serve);
  serve_command->add_option("--port", serve.port, "Port on 127.0.0.1 (default: any that is free)");
  serve_command->callback([&] {
    ready(serve);
    code = run_serve(serve);
  });

  ScanArguments scan;
  CLI::App *scan_command =
      app.add_subcommand("scan", "Find secrets in any file, repository or mailbox, without a case");
  scan_command->add_option("PATH", scan.paths, "Files and folders; - for standard input")->required();
  common(*scan_command, scan);
  reading_options(*scan_command, scan, limits);
  scan_command->add_flag("--fail-on-findings", scan.fail_on_findings, "Exit with 1 when something is found");
  scan_command->add_flag("--rejected", scan.rejected, "List rejected candidates too, with the reason");
  scan_command->add_flag("--places", scan.places,
                         "List what is no secret and useful to a thief too: hosts, buckets, account numbers");
  scan_command->add_option("--format", scan.format, "text, json (a line each) or sarif (2.1.0)")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  scan_command->add_option("--sarif", scan.sarif, "Write SARIF 2.1.0 to this file as well");
  scan_command
      ->add_option("--import-sarif", scan.sarif_in,
                   "Results of another scanner; what only it reports is listed too")
      ->check(CLI::ExistingFile);
  scan_command
      ->add_option("--baseline", scan.baseline, "Output of an earlier scan --json: only what is new counts")
      ->check(CLI::ExistingFile);
  scan_command
      ->add_option("--ignore-file", scan.ignore_files,
                   "Lines as in .dislodgeignore, which is read in each folder")
      ->check(CLI::ExistingFile);
  scan_command->add_flag("!--no-allow-comments", scan.heed_allow,
                         "Report what a comment such as gitleaks:allow marks as meant");
  scan_command->add_option("--fingerprint-key", scan.fingerprint_key,
                           "Key for fingerprints (made at first use)");
  scan_command->add_option(
      "--shard", scan.shard,
      "i/n: read only this shard, 0 <= i < n (or SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX)");
  scan_command->add_option("--seal-to", scan.seal_to, "CASE/case.pub: whom to seal a shard to")
      ->check(CLI::ExistingFile);
  scan_command->add_option(
      "--inventory", scan.inventory,
      "i/n: hash and recognise only this part of the files, for all shards to know (written to --out)");
  scan_command
      ->add_option("--known", scan.known, "Inventories: what they name is not hashed again for a shard")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  scan_command->add_option("-o,--out", scan.out, "Shard or inventory to write");
  scan_command->callback([&] {
    ready(scan);
    scan.engine.allow_comments = scan.heed_allow && scan.shard.empty();
    if (scan.format == "json") scan.json = true;
    code = run_scan(scan);
  });

  MergeArguments merge;
  CLI::App *merge_command = app.add_subcommand("merge", "Take in shards that other machines read");
  case_options(*merge_command, merge);
  merge_command->add_option("SHARD", merge.shards, "Shard files")->required()->check(CLI::ExistingFile);
  merge_command->callback([&] {
    ready(merge);
    code = run_merge(merge);
  });

  DrillArguments drill;
  CLI::App *drill_command = app.add_subcommand("drill", "Make a synthetic breach with known answers");
  drill_command->add_option("DIR", drill.folder, "Where to write it");
  drill_command->add_option("--kind", drill.kind, "Kind of breach (--list names them)");
  drill_command->add_option("--seed", drill.seed, "Same seed, same bytes")->check(CLI::NonNegativeNumber);
  drill_command->add_option("--size", drill.size, "small, medium, large or huge")
      ->check(CLI::IsMember({"small", "medium", "large", "huge"}));
  drill_command->add_flag("--list", drill.list, "Name the kinds, one a line");
  common(*drill_command, drill);
  GradeArguments grade;
  CLI::App *grade_command =
      drill_command->add_subcommand("grade", "Score a case against the answers; 0 only when all is perfect");
  grade_command->add_option("DIR", grade.drill, "The drill's folder")
      ->required()
      ->check(CLI::ExistingDirectory);
  case_options(*grade_command, grade);
  grade_command->callback([&] {
    ready(grade);
    code = run_grade(grade);
  });
  drill_command->callback([&] {
    if (grade_command->parsed()) return;
    ready(drill);
    code = run_drill(drill);
  });

  RulesArguments rules;
  CLI::App *rules_command = app.add_subcommand(
      "rules", "The rules: check their examples, list them, or import those of other scanners");
  rules_command->add_option("WHAT", rules.what, "check, list, import or compile")
      ->required()
      ->check(CLI::IsMember({"check", "list", "import", "compile"}));
  rules_command
      ->add_option("FROM", rules.from,
                   "import: gitleaks or Betterleaks TOML, YAML of Nosey Parker, Kingfisher 1.x or Titus, or "
                   "Sigma rules")
      ->check(CLI::ExistingPath);
  rules_command->add_option(
      "--out", rules.out,
      "import: rules file (.toml) or folder to write; compile: folder for the compiled rules");
  common(*rules_command, rules);
  rules_command->callback([&] {
    ready(rules);
    code = run_rules(rules);
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &help) {
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    // Help and version end with 0; every real mistake is a usage error.
    const int given = app.exit(error);
    return given == 0 ? kDone : kUsage;
  }
  return written(code);
}

}  // namespace dislodge::cli
