// argv to the structs of the commands by which something leaves the case or comes from others: tips, claim,
// statements, package, link, notice, reconcile, duties.

#include "cli/argument_parts.hpp"

namespace dislodge::cli {

namespace {

void add_tips(CLI::App &app, TipsArguments &tips, int &code) {
  CLI::App *command = app.add_subcommand(
      "tips", "What others say (indicators, notices, other scanners), and what the evidence has of it");
  case_options(*command, tips);
  command->add_option(
      "--judge", tips.judge,
      "Record that a person has looked at what this tip (its file) touches; it stands until that "
      "changes");
  command->add_option("--who", tips.who, "--judge: who");
  command->add_option("--reason", tips.reason, "--judge: what they found");
  command->callback([&] {
    ready(tips);
    code = run_tips(tips);
  });
}

void add_claim(CLI::App &app, ClaimArguments &claim, int &code) {
  CLI::App *command =
      app.add_subcommand("claim", "Say whose a finding or a change is; alone: what people have claimed");
  case_options(*command, claim);
  command->add_option("THING", claim.thing,
                      "Id of a finding (detections --json), or the evidence of a change (timeline)");
  command->add_flag("--ours", claim.ours, "Ours: nobody's foothold, and its changes are explained");
  command->add_flag("--intruder", claim.intruder, "The intruder's: it counts from its first event on");
  command->add_flag("--open", claim.open, "Take the claim back");
  command->add_option("--who", claim.who, "Who says so: a named person");
  command->add_option("--reason", claim.reason, "Why: a ticket, a call, what was seen");
  command->callback([&] {
    ready(claim);
    code = run_claim(claim);
  });
}

void add_statements(CLI::App &app, StatementsArguments &statements, int &code) {
  CLI::App *statements_command = app.add_subcommand(
      "statements",
      "What the case says, sentence by sentence; what was told to whom, and whether it still holds");
  statements_command->add_option("CASE", statements.folder, "Folder of the case")->required();
  key_options(*statements_command, statements);
  common(*statements_command, statements);
  statements_command->add_flag("--told", statements.told, "What was told, and what has changed since");
  statements_command->add_option("--tell", statements.tell, "Record that statement NUMBER was told");
  statements_command->add_option("--to", statements.to, "To whom");
  statements_command->add_option("--by", statements.by, "By whom");
  statements_command->add_option("--at", statements.at, "When (default: now)");
  statements_command->callback([&] {
    ready(statements);
    code = run_statements(statements);
  });
}

void add_package(CLI::App &app, PackageArguments &package, int &code) {
  CLI::App *package_command = app.add_subcommand(
      "package", "What one party is given: a signed manifest of its stolen mail, and a notice");
  package_command->add_option("CASE", package.folder, "Folder of the case")->required();
  package_command->add_option("ORGANISATION", package.organisation, "As `parties` names it")->required();
  package_command->add_option("-o,--out", package.out, "Folder for the package");
  key_options(*package_command, package);
  common(*package_command, package);
  package_command->add_option("--released-by", package.released_by, "Who releases it: two different people");
  package_command->add_option(
      "--hold", package.hold,
      "Custodian whose mail a person must look at first (legal staff); may be repeated");
  package_command->add_option("--contact-name", package.contact_name, "Whom the party reaches");
  package_command->add_option("--contact-channel", package.contact_channel,
                              "How: a telephone number or portal that the intruder cannot read");
  package_command->add_option("--verify-at", package.verify_at,
                              "Where the party finds the verification code");
  package_command->add_option("--code", package.code, "The verification code");
  package_command->add_option("--next-update", package.next_update, "Date of the next update");
  package_command->add_option("--seal-to", package.seal_to,
                              "Public key of the recipient (64 hex digits, or their case.pub): encrypts");
  package_command->add_option("--recipient-confirmed-by", package.recipient_confirmed_by,
                              "Who confirmed out of band that the recipient is the right one");
  package_command
      ->add_option("--reviewed", package.reviewed,
                   "Custodian held by default whose mail a person has looked at; may be repeated")
      ->allow_extra_args(false);
  package_command->add_option("--reviewed-by", package.reviewed_by, "Who looked at it");
  package_command->add_flag("--only-secrets", package.only_secrets,
                            "A manifest of the messages that hold secrets, and no others");
  package_command->add_flag("--content", package.contents,
                            "Give the messages themselves as well, sealed with --seal-to");
  package_command
      ->add_option(
          "--reviewed-message", package.reviewed_messages,
          "Ids of messages that a person has looked at and that are given in spite of what they name")
      ->needs("--reviewed-by");
  package_command->add_option("--review-list", package.review_list,
                              "Write what is not given, and why, for who reviews it");
  package_command->add_option("--also", package.also,
                              "Other domains that are the same organisation (`parties` proposes some)");
  package_command->add_option("--also-confirmed-by", package.also_confirmed_by,
                              "Who knows that they are one organisation");
  package_command
      ->add_option("--receipt", package.receipt, "A receipt that came back: checked and journalled")
      ->check(CLI::ExistingFile);
  package_command->callback([&] {
    ready(package);
    code = run_package(package);
  });
}

void add_link(CLI::App &app, LinkArguments &link, int &code) {
  CLI::App *link_command = app.add_subcommand(
      "link", "Whether another case has the same secrets, accounts or intruder; alone: what is linked");
  link_command->add_option("CASE", link.folder, "Folder of the case")->required();
  link_command->add_option("FILE", link.file, "A set that the other case wrote with --export")
      ->check(CLI::ExistingFile);
  key_options(*link_command, link);
  common(*link_command, link);
  link_command->add_option("--export", link.out, "Write this case's set, hashed under the pair key");
  link_command->add_option("--pair-key", link.pair_key,
                           "32 bytes that both sides share (made by --export where there are none)");
  link_command->add_option("--label", link.label, "--export: how the other side is to call this case");
  link_command->callback([&] {
    ready(link);
    code = run_link(link);
  });
}

void add_notice(CLI::App &app, NoticeArguments &notice, int &code) {
  CLI::App *notice_command = app.add_subcommand(
      "notice", "An outline for a person, a regulator or an insurer; customers have theirs in `package`");
  case_options(*notice_command, notice);
  notice_command->add_option("--kind", notice.kind, "person, regulator or insurer")
      ->required()
      ->check(CLI::IsMember({"person", "regulator", "insurer"}));
  notice_command->add_option("--to", notice.to, "Who it is for");
  notice_command->add_option("--address", notice.address,
                             "Where it would be sent: refused where the intruder reads");
  notice_command->add_option("--regime", notice.regime, "regulator: gdpr-33 ... (dislodge duties regimes)");
  notice_command->add_option("--contact-name", notice.contact_name, "Whom they reach");
  notice_command->add_option("--contact-channel", notice.contact_channel,
                             "How: a telephone number or portal that the intruder cannot read");
  notice_command->add_option("--verify-at", notice.verify_at, "Where they find the verification code");
  notice_command->add_option("--code", notice.code, "The verification code");
  notice_command->add_option("-o,--out", notice.out, "File to write")->required();
  notice_command->callback([&] {
    ready(notice);
    code = run_notice(notice);
  });
}

void add_reconcile(CLI::App &app, ReconcileArguments &reconcile, int &code) {
  CLI::App *reconcile_command = app.add_subcommand(
      "reconcile", "A supplier's manifest against our own mail: listed, held, missing, extra");
  reconcile_command->add_option("CASE", reconcile.folder, "Folder of the case")->required();
  reconcile_command->add_option("MANIFEST", reconcile.manifest, "manifest.jsonl of their package")
      ->required();
  key_options(*reconcile_command, reconcile);
  common(*reconcile_command, reconcile);
  reconcile_command->add_option("--signature", reconcile.signature, "manifest.sig of their package");
  reconcile_command->add_option("--verify-key", reconcile.verify_key,
                                "Their key, got out of band (64 hex digits)");
  reconcile_command->add_option("--verified-by", reconcile.verified_by,
                                "Who confirmed out of band that the notice is theirs");
  reconcile_command->add_option("--content", reconcile.contents,
                                "messages.jsonl.sealed of their package: each is held against the manifest");
  reconcile_command
      ->add_option("--content-out", reconcile.contents_out,
                   "Folder to open these messages into, to be added as evidence")
      ->needs("--content");
  reconcile_command->add_option("--receipt", reconcile.receipt, "Write a signed receipt for them");
  reconcile_command->add_option("--received-by", reconcile.received_by, "Who received it, for the receipt");
  reconcile_command->callback([&] {
    ready(reconcile);
    code = run_reconcile(reconcile);
  });
}

void add_duties(CLI::App &app, DutiesArguments &duties, int &code) {
  CLI::App *duties_command =
      app.add_subcommand("duties", "Which disclosure clocks run, and which wait for a decision");
  duties_command->require_subcommand(0, 1);
  duties_command->add_option("CASE", duties.folder, "Folder of the case");
  key_options(*duties_command, duties);
  common(*duties_command, duties);
  duties_command->add_option("--decide", duties.decide, "Set a clock fact: determined-material, aware ...");
  duties_command->add_option("--filed", duties.filed, "A report was handed in: its regime");
  duties_command->add_option("--delay", duties.delay,
                             "An authority allowed a delay: its regime, with --days");
  duties_command->add_option("--field", duties.field,
                             "State a field of a report: REGIME/FIELD, with one of the next three");
  duties_command->add_option("--value", duties.value, "--field: its content");
  duties_command->add_option("--not-determined", duties.not_determined, "--field: why not yet");
  duties_command->add_option("--not-applicable", duties.not_applicable, "--field: why not at all");
  duties_command->add_option("--next", duties.next, "--not-determined: when it is looked at again");
  duties_command->add_option("--at", duties.at, "When it was decided, known, filed or granted");
  duties_command->add_option("--who", duties.who, "Who decided: a named person");
  duties_command->add_option("--reason", duties.reason, "On which facts");
  duties_command->add_option("--checklist", duties.checklist,
                             "The required content of one report: known, not determined, missing");
  duties_command->add_flag("--decisions", duties.decisions,
                           "Who decided what, when, and what the case showed then");
  const auto counting_options = [&](CLI::App &command) {
    command.add_option("--days", duties.days, "Days of delay that an authority granted, in all");
    command.add_option("--closed", duties.closed, "An ad hoc closure: DATE or DATE=WHY; may be repeated")
        ->allow_extra_args(false);
  };
  counting_options(*duties_command);
  CLI::App *due_command = duties_command->add_subcommand("due", "A due date without a case");
  due_command->add_option("REGIME", duties.due_regime, "sec-8k-1.05 ..., or a family: nis2-23")->required();
  due_command->add_option("TRIGGER", duties.due_trigger, "determined-material ...")->required();
  due_command->add_option("TIME", duties.due_time, "When it happened, RFC 3339 or a date")->required();
  due_command->add_option("--aware", duties.aware,
                          "When it became known, where the rule caps from there (DORA)");
  due_command->add_option("--zone", duties.zone, "Zone instead of the regime's own: Europe/Dublin ...");
  due_command
      ->add_option("--counting", duties.counting,
                   "Hours of EU law: plain (default), 1182-71, 1182-71-two-days")
      ->check(CLI::IsMember({"plain", "1182-71", "1182-71-two-days"}));
  counting_options(*due_command);
  due_command->add_flag("--json", duties.json, "JSON");
  CLI::App *regimes_command = duties_command->add_subcommand(
      "regimes", "The regimes, their triggers and periods, and the clock facts");
  regimes_command->add_flag("--json", duties.json, "JSON");
  regimes_command->callback([&] { duties.regimes = true; });
  duties_command->callback([&] {
    ready(duties);
    code = run_duties(duties);
  });
}

}  // namespace

void add_disclosure_commands(CLI::App &app, DisclosureCommands &commands, int &code) {
  add_tips(app, commands.tips, code);
  add_claim(app, commands.claim, code);
  add_statements(app, commands.statements, code);
  add_package(app, commands.package, code);
  add_link(app, commands.link, code);
  add_notice(app, commands.notice, code);
  add_reconcile(app, commands.reconcile, code);
  add_duties(app, commands.duties, code);
}

}  // namespace dislodge::cli
