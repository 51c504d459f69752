// package: what one party is given about its stolen correspondence, the messages too if it is wished,
// released by two people and journalled.

#include "disclose/package.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/item_path.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "casefile/keys.hpp"
#include "cli/package_key.hpp"
#include "cli/session.hpp"
#include "disclose/notices.hpp"
#include "disclose/withhold.hpp"
#include "engine/correspondence.hpp"
#include "engine/message_content.hpp"
#include "engine/readable.hpp"
#include "identity/owner.hpp"
#include "secret/context.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

constexpr const char *kMessagesFile = "messages.jsonl.sealed";

// Since when and until when mailboxes of ours could be read; since the first act that an event shows where
// that is earlier, or all that is known. Never a date that nothing shows.
base::Interval exposure_of(const engine::Picture &picture) {
  base::Interval when = engine::ReadableMail(picture).span();
  if (picture.first_access != base::kTimeMax)
    when.from =
        when.from == base::kTimeMin ? picture.first_access : std::min(when.from, picture.first_access);
  return when;
}

// Who the two sides are, and which other parties the case knows.
disclose::Sides sides_of(const engine::Picture &picture, const disclose::Party &party,
                         const identity::Ourselves &us, const std::vector<std::string> &also) {
  disclose::Sides sides;
  sides.domains.insert(us.domains.begin(), us.domains.end());
  if (party.free_mail)
    sides.addresses.insert(base::lower(party.organisation));
  else
    sides.domains.insert(party.organisation);
  for (const std::string &domain : also) sides.domains.insert(identity::registrable_domain(domain));
  for (const disclose::Party &other : picture.parties)
    if (!other.free_mail && !sides.domains.contains(other.organisation))
      sides.known.insert(other.organisation);
  return sides;
}

// The manifest is read by more people than the messages are, and holds no value of a secret: a subject that
// has one, or that names others, is not told.
void hide_in_subjects(const engine::Picture &picture, const disclose::Sides &sides,
                      disclose::Selection &selection) {
  std::set<std::string_view> with_secret;  // messages in whose own header one was found
  for (std::size_t i = 0; i < picture.sightings.size(); ++i)
    if (const secret::SightingView one = picture.sightings.row(i).sighting;
        one.rejected.empty() && !one.identifier)
      with_secret.insert(one.item);
  for (disclose::PackageRow &row : selection.rows) {
    std::vector<std::string> named;
    disclose::add_others_named(row.subject, sides, named);
    const bool secret = std::any_of(row.copies.begin(), row.copies.end(),
                                    [&](const auto *copy) { return with_secret.contains(copy->item); });
    row.subject = !named.empty() ? fmt::format("[withheld: {}]", disclose::kOthersNamedHere)
                  : secret       ? "[withheld: a secret stands here]"
                                 : secret::without_likely_secrets(row.subject);
  }
}

// Where our files lie tells them nothing, and others something about us: a place is told by the message that
// they wrote or got themselves. What lies elsewhere with us is counted.
disclose::Party in_their_words(disclose::Party party, const engine::Picture &picture,
                               const disclose::Selection &selection) {
  std::map<std::string, const evidence::Record *, std::less<>> between;  // by item, copies too
  std::map<std::string_view, std::string_view> listed;                   // id -> subject
  for (const disclose::PackageRow &row : selection.rows) listed.emplace(row.id, row.subject);
  for (const engine::StoredRecord &row : picture.records)
    if (row.record.kind == evidence::RecordKind::message && listed.contains(row.record.message_id))
      between.emplace(row.record.item, &row.record);
  for (disclose::PartySecret &secret : party.secrets) {
    std::vector<std::string> told;
    std::set<const evidence::Record *> seen;
    std::size_t elsewhere = secret.place_count - secret.places.size();
    for (const std::string &place : secret.places) {
      std::string_view item = std::string_view(place).substr(0, place.rfind(":line "));
      auto found = between.find(item);
      while (found == between.end() && item.find("!/") != std::string_view::npos) {
        item = item.substr(0, item.rfind("!/"));
        found = between.find(item);
      }
      if (found == between.end()) {
        ++elsewhere;
        continue;
      }
      const evidence::Record &message = *found->second;
      if (!seen.insert(&message).second) continue;
      told.push_back(
          fmt::format("the message of {} with the subject \"{}\"",
                      message.sent == base::kTimeMin ? "an unknown date" : base::format_time(message.sent),
                      listed[message.message_id]));
    }
    if (elsewhere > 0)
      told.push_back(base::counted(elsewhere, "place", "places") +
                     " in mail and files of ours that you are not on");
    secret.place_count = told.size();
    secret.places = std::move(told);
  }
  return party;
}

// Nobody can guess it, and it can be read out by telephone.
std::string fresh_code() {
  static constexpr std::string_view kLetters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";  // none that look alike
  const base::SecretBytes random = base::SecretBytes::random(12);
  std::string code;
  for (std::size_t i = 0; i < 12; ++i) {
    if (i % 4 == 0 && i > 0) code += '-';
    code += kLetters[static_cast<unsigned char>(random.view()[i]) % kLetters.size()];
  }
  return code;
}

// A receipt: a line of JSON, its signature and the key that made it, both in hex.
struct Receipt {
  std::string line, key;
  bool signed_well = false;
  std::string manifest, from, received_by, at;
};
Result<Receipt> read_receipt(const std::filesystem::path &path) {
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(path));
  const auto bad = [&](std::string_view what) {
    return base::fail(ErrorKind::usage, fmt::format("{}: {}", path.string(), what));
  };
  const std::size_t first = text.find('\n'), second = text.find('\n', first + 1);
  if (first == text.npos || second == text.npos) return bad("is no receipt: it has three lines");
  Receipt receipt;
  receipt.line = text.substr(0, first);
  const auto signature = base::from_hex(base::trim(text.substr(first + 1, second - first - 1)));
  const auto key = base::from_hex(base::trim(text.substr(second + 1)));
  if (!signature || !key || key->size() != 32) return bad("its signature or key is damaged");
  receipt.key = base::to_hex(*key);
  receipt.signed_well = casefile::verify_signature(*key, receipt.line, *signature);
  simdjson::dom::parser parser;
  simdjson::dom::element row;
  if (parser.parse(receipt.line).get(row) != simdjson::SUCCESS) return bad("is no JSON");
  const auto value = [&](const char *name) {
    std::string_view found;
    return row[name].get(found) == simdjson::SUCCESS ? std::string(found) : std::string();
  };
  if (value("kind") != "dislodge-receipt") return bad("is no receipt");
  receipt.manifest = value("manifest_sha256");
  receipt.from = value("from");
  receipt.received_by = value("received_by");
  receipt.at = value("at");
  return receipt;
}

// A receipt that came back: it must be for a package that the journal knows.
Result<int> take_receipt(const PackageArguments &arguments, casefile::Case &the_case) {
  DISLODGE_TRY_ASSIGN(const Receipt receipt, read_receipt(arguments.receipt));
  if (!receipt.signed_well)
    return base::fail(ErrorKind::usage, arguments.receipt.string() + ": the signature does not fit");
  DISLODGE_TRY_ASSIGN(const auto entries, the_case.journal().entries());
  const bool known = std::any_of(entries.begin(), entries.end(), [&](const casefile::JournalEntry &entry) {
    return !receipt.manifest.empty() &&
           entry.json.find("\"manifest_sha256\":\"" + receipt.manifest + "\"") != std::string::npos;
  });
  if (!known)
    return base::fail(ErrorKind::usage,
                      fmt::format("{}: it is for a manifest ({}) that this case did not release",
                                  arguments.receipt.string(), receipt.manifest));
  base::JsonWriter json;
  json.object([&] {
    json.field("party", arguments.organisation);
    json.field("manifest_sha256", receipt.manifest);
    json.field("received_by", receipt.received_by);
    json.field("received_at", receipt.at);
    json.field("key", receipt.key);
  });
  DISLODGE_TRY(the_case.journal().append("receipt", json.text()));
  print_line(fmt::format("{}: received by {} at {}; their key is {}: confirm it by telephone", receipt.from,
                         receipt.received_by, receipt.at, receipt.key));
  return kDone;
}

// The messages of the selection, sealed by the workers that read them, a line each: {"n":3,"sealed":"..."}
// where n is that of the manifest's line. Fills in what became of each. Returns the key of the commitments.
Result<std::string> give_contents(const PackageArguments &arguments, casefile::Case &the_case,
                                  const engine::Picture &picture, const disclose::Party &party,
                                  const identity::Ourselves &us, const disclose::Sides &sides,
                                  const std::string &recipient, const std::filesystem::path &path,
                                  disclose::Selection &selection) {
  auto request = std::make_shared<engine::MessageRequest>();
  request->seal_to = recipient;
  request->sides = sides;
  std::map<std::string, std::size_t, std::less<>> row_of;  // item -> row
  std::set<std::int64_t> evidence;
  for (std::size_t i = 0; i < selection.rows.size(); ++i) {
    selection.rows[i].content = disclose::Content{};
    selection.rows[i].content->withheld = "its evidence could not be read again";
    for (const disclose::Correspondence *copy : selection.rows[i].copies) {
      row_of.emplace(copy->item, i);
      request->items.insert(copy->item);
      evidence.insert(copy->evidence);
    }
  }
  // Secrets in each message that are neither side's.
  std::map<std::size_t, std::set<std::string>> not_given;
  for (const identity::SecretFact &secret : picture.secrets) {
    const std::string why = disclose::why_not_given(secret.owner, party, us, arguments.also);
    if (why.empty()) continue;
    for (const identity::SecretPlace &place : secret.places)
      for (std::string_view item = place.item; !item.empty(); item = base::item_parent(item))
        if (const auto row = row_of.find(item); row != row_of.end()) {
          not_given[row->second].insert(why);
          request->not_given[place.item][place.line] = why;
        }
  }
  std::set<std::string> reviewed(arguments.reviewed_messages.begin(), arguments.reviewed_messages.end());
  const std::string salt(base::SecretBytes::random(32).view());
  const base::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return base::fail(ErrorKind::io, path.string() + ": " + base::os_message(errno));
  const auto taken = engine::read_messages(
      the_case, arguments.engine, request, evidence, [&](engine::UnitMessage message) -> Result<void> {
        const auto found = row_of.find(message.item);
        if (found == row_of.end()) return {};
        disclose::PackageRow &row = selection.rows[found->second];
        if (row.content->withheld.empty()) return {};  // a copy of it is given already
        std::string why = message.sealed.empty()
                              ? "it is too large for a package: give it by hand"
                              : disclose::held_back(message.others, message.unread, not_given[found->second]);
        if (!message.sealed.empty() && reviewed.contains(row.id)) why.clear();
        // What is withheld can be shown later to be what was there, and nobody can guess it from here.
        const auto commitment = [&](std::string_view part, const std::string &sha256) {
          return base::to_hex(base::sha256(
              std::string(base::as_bytes(base::keyed_hash(salt, message.item + std::string(part)))) +
              sha256));
        };
        row.content->withheld = why;
        row.content->commitment = commitment("", message.original);
        row.others = message.others;
        const bool in_part = !why.empty() && !message.given_sealed.empty();
        if (!why.empty() && !in_part) return {};
        if (in_part) {
          *row.content = {message.given_sha256, message.media_type, message.given_bytes, "",
                          row.content->commitment};
          for (std::size_t i = 0; i < message.cuts.size(); ++i) {
            const engine::UnitCut &cut = message.cuts[i];
            row.content->parts.push_back(
                {cut.part, cut.why, cut.bytes, cut.lines, commitment(fmt::format("#{}", i + 1), cut.sha256)});
          }
        } else {
          *row.content = {message.sha256, message.media_type, message.bytes, "", ""};
        }
        base::JsonWriter json;
        json.object([&] {
          json.field("n", static_cast<std::uint64_t>(found->second + 1));
          json.field("sealed", base::to_base64(in_part ? message.given_sealed : message.sealed));
        });
        return base::write_all(file.get(), json.take() + "\n");
      });
  DISLODGE_TRY(taken);
  return salt;
}

// For who reviews what is not given; it names others, and is no part of the package.
std::string review_list(const disclose::Selection &selection) {
  std::string out;
  for (const disclose::PackageRow &row : selection.rows) {
    if (!row.content || (row.content->withheld.empty() && row.content->parts.empty())) continue;
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("message_id", row.id);
      json.field("item", row.message->item);
      json.field("given", row.content->withheld.empty() ? "in part" : "no");
      std::set<std::string> whys;
      for (const disclose::WithheldPart &part : row.content->parts) whys.insert(part.why);
      json.field("why", whys.empty() ? row.content->withheld : fmt::format("{}", fmt::join(whys, "; ")));
      json.list_field("others", row.others);
      json.array_field("parts", [&] {
        for (const disclose::WithheldPart &part : row.content->parts)
          json.object([&] {
            json.field("part", part.part);
            json.field("why", part.why);
            json.field("bytes", part.bytes);
            json.field("lines", part.lines);
          });
      });
    });
    out += json.take() + "\n";
  }
  return out;
}

Result<int> package(const PackageArguments &arguments, casefile::Case &the_case,
                    const engine::Picture &picture) {
  if (!arguments.receipt.empty()) return take_receipt(arguments, the_case);
  if (arguments.out.empty()) return base::fail(ErrorKind::usage, "a package needs a folder: -o DIR");
  if (arguments.contents && arguments.seal_to.empty())
    return base::fail(ErrorKind::usage,
                      "--content needs --seal-to: messages are not written where others can read them");
  std::string recipient;
  if (!arguments.seal_to.empty()) {
    DISLODGE_TRY_ASSIGN(recipient, key_of(arguments.seal_to, "--seal-to"));
  }
  const auto party =
      std::find_if(picture.parties.begin(), picture.parties.end(), [&](const disclose::Party &one) {
        return base::equal_ignoring_case(one.organisation, arguments.organisation);
      });
  if (party == picture.parties.end())
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no party of this case; `dislodge parties` lists them",
                                  arguments.organisation));
  // Mail of legal staff is held until a person has looked at it, and says so by name.
  if ((!arguments.reviewed.empty() || !arguments.reviewed_messages.empty()) &&
      base::trim(arguments.reviewed_by).empty())
    return base::fail(ErrorKind::usage,
                      "--reviewed and --reviewed-message need --reviewed-by NAME: who looked at that mail");
  std::vector<std::string> held = engine::legal_custodians(picture);
  held.insert(held.end(), arguments.hold.begin(), arguments.hold.end());
  std::erase_if(held, [&](const std::string &one) {
    return std::any_of(arguments.reviewed.begin(), arguments.reviewed.end(),
                       [&](const std::string &reviewed) { return base::equal_ignoring_case(one, reviewed); });
  });
  const identity::Ourselves us = engine::ourselves_of(picture);
  disclose::PackageOptions options;
  options.released_by = arguments.released_by;
  options.held_custodians = held;
  options.only_secrets = arguments.only_secrets;
  options.also = arguments.also;
  options.also_confirmed_by = arguments.also_confirmed_by;
  const auto mail = engine::correspondence_of(picture);
  DISLODGE_TRY_ASSIGN(disclose::Selection selection, disclose::select_messages(*party, mail, us, options));
  const disclose::Sides sides = sides_of(picture, *party, us, arguments.also);
  hide_in_subjects(picture, sides, selection);
  disclose::Sender sender;
  sender.organisation = us.primary;
  sender.contact_name = arguments.contact_name;
  sender.contact_channel = arguments.contact_channel;
  sender.verify_at = arguments.verify_at;
  sender.verification_code = arguments.code.empty() ? fresh_code() : arguments.code;
  if (!arguments.next_update.empty()) {
    const auto time = base::parse_time(arguments.next_update);
    if (!time) return base::fail(ErrorKind::usage, "--next-update takes a date, as 2024-01-17");
    sender.next_update = *time;
  }
  // Their answer must not reach a mailbox of ours that is read either.
  disclose::Party told = in_their_words(*party, picture, selection);
  const std::vector<std::string> ours = engine::mailboxes_they_read(picture);
  told.channels_read.insert(told.channels_read.end(), ours.begin(), ours.end());
  DISLODGE_TRY_ASSIGN(const disclose::Notice notice,
                      disclose::notice_for(told, sender, exposure_of(picture)));

  DISLODGE_TRY(base::make_folders(arguments.out));
  std::string salt;
  if (arguments.contents) {
    DISLODGE_TRY_ASSIGN(salt, give_contents(arguments, the_case, picture, *party, us, sides, recipient,
                                            arguments.out / kMessagesFile, selection));
  }
  const disclose::Package made = disclose::package_of(selection, *party, us, options);
  if (!arguments.review_list.empty())
    DISLODGE_TRY(base::write_file(arguments.review_list, review_list(selection), 0600));
  const std::string signature = the_case.keys().sign(made.manifest);
  const auto write = [&](const char *name, const std::string &text) {
    if (recipient.empty()) return base::write_file(arguments.out / name, text, 0600);
    return base::write_file(arguments.out / (std::string(name) + ".sealed"), casefile::seal(recipient, text),
                            0600);
  };
  DISLODGE_TRY(write("manifest.jsonl", made.manifest));
  DISLODGE_TRY(write("notice.txt", notice.text));
  // The signature and the key are no secret; the key must reach the party by another way as well.
  DISLODGE_TRY(base::write_file(arguments.out / "manifest.sig", base::to_hex(signature) + "\n", 0600));
  DISLODGE_TRY(base::write_file(arguments.out / "verify.key",
                                base::to_hex(the_case.keys().verify_key()) + "\n", 0600));

  base::JsonWriter json;
  json.object([&] {
    json.field("party", party->organisation);
    json.list_field("released_by", arguments.released_by);
    json.field("recipient_confirmed_by", arguments.recipient_confirmed_by);
    json.list_field("held", held);
    json.list_field("reviewed", arguments.reviewed);
    json.field("reviewed_by", arguments.reviewed_by);
    json.list_field("also", arguments.also);
    json.field("also_confirmed_by", arguments.also_confirmed_by);
    json.list_field("reviewed_messages", arguments.reviewed_messages);
    json.field("messages", made.messages);
    json.field("contents", made.given);
    json.field("contents_in_part", made.in_part);
    // With it what was held back can be shown later to be what was committed to.
    if (!salt.empty()) json.field("commitment_key", base::to_hex(salt));
    json.field("manifest_sha256", base::to_hex(base::sha256(made.manifest)));
    json.field("verification_code", sender.verification_code);
    json.field("sealed", !recipient.empty());
  });
  DISLODGE_TRY(the_case.journal().append("package", json.text()));
  print_line(fmt::format("{}: {} in {}{}", party->organisation, base::counted(made.messages, "message"),
                         arguments.out.string(), recipient.empty() ? "" : ", sealed to the recipient"));
  if (arguments.contents)
    print_line(fmt::format("the content of {} of them is in {}{}", made.given, kMessagesFile,
                           made.in_part == 0
                               ? ""
                               : fmt::format(", {} without parts that concern others: look at them "
                                             "(--review-list FILE) before it leaves",
                                             made.in_part)));
  if (arguments.code.empty())
    print_line(fmt::format("verification code {}: put it where the notice says, before anything is sent",
                           sender.verification_code));
  for (const disclose::Withheld &one : made.withheld)
    print_line(fmt::format("withheld: {}: {}", base::counted(one.messages, "message"), one.why));
  if (party->groups.size() > arguments.also.size())
    for (const disclose::PartyGroup &group : party->groups)
      print_line(
          fmt::format("{} seems to be the same organisation ({}); if somebody knows that it is: --also {} "
                      "--also-confirmed-by NAME",
                      group.organisation, group.why, group.organisation));
  for (const std::string &one : held)
    print_line(
        fmt::format("held by default: mail of {}; after a look: --reviewed {} --reviewed-by NAME", one, one));
  for (const std::string &address : party->channels_read)
    print_line("never send it to " + address + ": the intruder can read it");
  for (const std::string &open : notice.missing) {
    // Released it is: package_for() has seen to that.
    if (open.starts_with("two named people")) continue;
    if (open.starts_with("the recipient") && !arguments.recipient_confirmed_by.empty()) continue;
    if (open.starts_with("a verification code") && !arguments.verify_at.empty()) continue;
    print_line("still open: " + open);
  }
  return kDone;
}

}  // namespace

int run_package(const PackageArguments &arguments) {
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto code = package(arguments, the_case, picture);
                        return code ? *code : report_error(code.error());
                      });
}

}  // namespace dislodge::cli
