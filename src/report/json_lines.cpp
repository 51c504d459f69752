#include "report/json_lines.hpp"

#include <algorithm>

#include "report/json_line.hpp"
#include "report/statements.hpp"
#include "report/text_parts.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {

using base::JsonWriter;
using engine::Picture;

std::string sighting_json(const secret::Sighting &sighting, std::string_view fingerprint,
                          std::string_view owner, std::string_view owner_why, bool with_rejected) {
  std::string out;
  json_line(out, [&](JsonWriter &json) {
    json.field("kind", sighting.kind);
    json.field("rule", sighting.rule);
    json.field("item", sighting.item);
    json.field("line", sighting.line);
    json.field("column", sighting.column);
    json.field("offset", sighting.offset);
    json.field("length", sighting.length);
    json.field("space", sighting.space == evidence::Space::item ? "item" : "text");
    json.field("mask", sighting.mask);
    json.field("fingerprint", fingerprint);
    json.field("confidence", sighting.confidence);
    if (owner.empty()) {
      json.field("owner", nullptr);
    } else {
      json.object_field("owner", [&] {
        json.field("organisation", owner);
        json.field("evidence", owner_why);
      });
    }
    json.field("quoted", sighting.quote_depth > 0);
    optional_text(json, "closing", secret::name_of(sighting.closing));
    if (with_rejected) optional_text(json, "rejected", sighting.rejected);
  });
  return out;
}

std::string secrets_json(const Picture &picture, bool rejected) {
  std::string out;
  for (const engine::StoredSighting &row : picture.sightings) {
    if (row.sighting.identifier || (!rejected && !row.sighting.rejected.empty())) continue;
    const identity::SecretFact *fact = picture.secret("secret:" + row.secret);
    out += sighting_json(row.sighting, row.secret, fact != nullptr ? fact->owner : "",
                         fact != nullptr ? fact->owner_why : "", rejected);
  }
  return out;
}

std::string detections_json(const Picture &picture) {
  std::string out;
  for (const detect::Detection &detection : picture.detections) {
    json_line(out, [&](JsonWriter &json) {
      json.field("id", detection.id);
      json.field("kind", detection.kind);
      json.list_field("techniques", detection.techniques);
      json.field("first", detection.first);
      json.field("last", detection.last);
      json.list_field("principals", detection.principals);
      json.list_field("addresses", detection.addresses);
      json.list_field("applications", detection.applications);
      json.array_field("events", [&] {
        for (const detect::EventReference &event : detection.events)
          json.object([&] {
            json.field("source", event.source);
            json.field("line", event.line);
            json.field("column", static_cast<std::uint64_t>(event.column));
          });
      });
      json.field("event_count", detection.event_count);
      json.field("grade", detect::name_of(detection.grade));
      json.field("confidence", detection.confidence);
      json.field("says", detection.says);
      json.field("intruder", detection.intruder);
      optional_text(json, "because", detection.because);
    });
  }
  return out;
}

std::string sessions_json(const Picture &picture) {
  std::string out;
  for (const detect::Session &session : picture.sessions) {
    json_line(out, [&](JsonWriter &json) {
      json.field("id", session.id);
      json.field("principal", session.principal);
      optional_text(json, "application", session.application);
      json.field("first", session.first);
      json.field("last", session.last);
      json.list_field("addresses", session.addresses);
      json.list_field("agents", session.agents);
      json.field("events", session.events);
      json.field("intruder", session.intruder);
      optional_text(json, "because", session.because);
    });
  }
  return out;
}

std::string coverage_json(const Picture &picture) {
  std::string out;
  for (const log::Coverage &coverage : picture.coverage) {
    json_line(out, [&](JsonWriter &json) {
      json.field("source", log::name_of(coverage.source));
      optional_text(json, "tenant", coverage.tenant);
      json.field("class", log::name_of(coverage.event_class));
      json.list_field("files", coverage.files);
      json.field("events", coverage.events);
      json.field("first", coverage.first);
      json.field("last", coverage.last);
      json.field("declared", coverage.declared);
      json.field("complete", coverage.complete);
      json.array_field("gaps", [&] {
        for (const log::Gap &gap : coverage.gaps)
          json.object([&] {
            json.field("from", gap.interval.from);
            json.field("until", gap.interval.until);
            json.field("why", gap.why);
          });
      });
      json.list_field("throttled", coverage.throttled_mailboxes);
      json.list_field("notes", coverage.notes);
    });
  }
  for (const detect::CannotSay &unknown : picture.cannot_say) {
    json_line(out, [&](JsonWriter &json) {
      json.field("cannot_say", unknown.why);
      optional_text(json, "principal", unknown.principal);
      optional_text(json, "secret", unknown.secret);
      json.field("from", unknown.interval.from);
      json.field("until", unknown.interval.until);
      json.field("source", unknown.source);
    });
  }
  return out;
}

std::string ledger_json(const Picture &picture, bool unread_only) {
  std::string out;
  for (const evidence::LedgerRow &row : picture.ledger) {
    if (unread_only && row.state == evidence::LedgerState::read) continue;
    json_line(out, [&](JsonWriter &json) {
      json.field("item", row.item);
      optional_text(json, "parent", row.parent);
      json.field("state", evidence::name_of(row.state));
      optional_text(json, "reason", row.reason);
      optional_text(json, "remedy", row.remedy);
      json.field("size", row.size);
      json.field("read", row.read);
      json.field("items", row.items);
    });
  }
  return out;
}

std::string reach_json(const Picture &picture) {
  std::string out;
  for (const reach::ReachRow &row : picture.reach.rows) {
    json_line(out, [&](JsonWriter &json) {
      json.field("id", row.id);
      json.field("type", row.type);
      json.field("name", row.name);
      json.field("since", row.since);
      json.array_field("intervals", [&] {
        for (const base::Interval &interval : row.intervals.items())
          json.array([&] {
            json.value(interval.from);
            json.value(told_end(interval));
          });
      });
      json.field("grade", detect::name_of(row.grade));
      json.array_field("because", [&] {
        for (const reach::Because &step : row.because)
          json.object([&] {
            json.field("rule", step.rule);
            json.list_field("from", step.from);
            json.list_field("evidence", step.evidence);
            json.field("says", step.says);
          });
      });
    });
  }
  return out;
}

std::string plan_json(const evict::Plan &plan) {
  std::string out;
  for (const evict::PlannedAction &action : plan.actions) {
    json_line(out, [&](JsonWriter &json) {
      json.field("wave", action.wave);
      json.field("action_id", action.id);
      json.field("action", action.action);
      json.field("name", action.name);
      json.field("role", evict::name_of(action.role));
      optional_text(json, "target", action.target);
      optional_text(json, "target_name", action.target_name);
      optional_text(json, "principal", action.principal);
      optional_text(json, "secret", action.secret);
      optional_text(json, "fact", action.fact);
      optional_text(json, "delivery", action.delivery);
      json.list_field("after", action.after);
      json.list_field("after_why", action.after_why);
      optional_text(json, "placed", action.placed);
      json.field("starts", action.starts);
      json.field("effective_by", action.effective_by);
      json.field("why", action.why);
      json.list_field("cuts", action.cuts);
      json.list_field("does_not_cut", action.does_not_cut);
      json.list_field("destroys_evidence", action.destroys_evidence);
      optional_text(json, "save_first", action.save_first);
      json.list_field("breaks", action.breaks);
      json.field("visible_to_intruder", action.visible_to_intruder);
      optional_text(json, "go_back", action.go_back);
      optional_text(json, "abort_when", action.abort_when);
      optional_text(json, "command", action.command);
      optional_text(json, "who", action.who);
      json.field("cost", action.cost);
      json.list_field("leaks_if_skipped", action.leaks_if_skipped);
      json.field("others_in_path", action.others_in_path);
      json.field("state", evict::word_of(action.state));
    });
  }
  return out;
}

std::string checked_plan_json(const Picture &picture, const evict::Plan &plan) {
  std::string out = plan_json(plan);
  json_line(out, [&](JsonWriter &json) {
    json.field("verdict", plan.verdict.says);
    json.list_field("does_not_cover", plan.verdict.does_not_cover);
    json.array_field("leaks", [&] {
      for (const evict::Leak &leak : plan.leaks)
        json.object([&] {
          json.field("thing", leak.thing);
          json.field("name", picture.name_of(leak.thing));
          json.field("after", leak.after_wave);
          json.field("from", leak.interval.from);
          json.field("until", leak.interval.until);
          json.field("why", leak.why);
        });
    });
    json.list_field("remarks", plan.remarks);
    json.list_field("growth", plan.growth);
  });
  return out;
}

std::string parties_json(const Picture &picture) {
  std::string out;
  for (const disclose::Party &party : picture.parties) {
    json_line(out, [&](JsonWriter &json) {
      json.field("organisation", party.organisation);
      json.list_field("domains", party.domains);
      json.field("messages", party.messages);
      json.field("messages_seen_accessed", party.messages_seen_accessed);
      json.field("first", party.first);
      json.field("last", party.last);
      json.array_field("secrets", [&] {
        for (const disclose::PartySecret &secret : party.secrets)
          json.object([&] {
            json.field("fingerprint", secret.secret);
            json.field("kind", secret.kind);
            json.field("mask", secret.mask);
            json.list_field("places", secret.places);
            json.field("place_count", static_cast<std::uint64_t>(secret.place_count));
            json.field("why", secret.why);
          });
      });
      json.array_field("uses", [&] {
        for (const disclose::PartyUse &use : party.uses)
          json.object([&] {
            json.field("fingerprint", use.secret);
            json.field("principal", use.principal);
            json.field("time", use.time);
            json.field("succeeded", use.succeeded);
            json.field("outcome", use.outcome);
          });
      });
      json.list_field("to_do", party.to_do);
      json.array_field("groups", [&] {
        for (const disclose::PartyGroup &group : party.groups)
          json.object([&] {
            json.field("organisation", group.organisation);
            json.field("name", group.name);
            json.field("votes", group.votes);
            json.field("margin", group.margin);
            json.field("why", group.why);
          });
      });
      json.list_field("channels_read", party.channels_read);
    });
  }
  return out;
}

std::string statements_json(const std::vector<Statement> &statements) {
  std::string out;
  for (const Statement &statement : statements) {
    json_line(out, [&](JsonWriter &json) {
      json.field("number", statement.number);
      json.field("subject", statement.subject);
      json.field("says", statement.says);
      json.field("grade", statement.grade);
      json.list_field("evidence", statement.evidence);
      optional_text(json, "limits", statement.limits);
      json.field("basis", statement.basis);
    });
  }
  return out;
}

std::string status_json(const Picture &picture) {
  std::string out;
  json_line(out, [&](JsonWriter &json) {
    json.field("evidence", static_cast<std::uint64_t>(picture.evidence.size()));
    json.field("bytes", picture.totals.handed_in);
    json.field("read", picture.totals.read);
    json.field("unread", picture.totals.unread);
    json.field("pending", picture.totals.pending);
    json.field("percent", static_cast<std::uint64_t>(picture.totals.percent_read()));
    json.field("partial", picture.totals.partial());
    json.field("unread_items", picture.totals.unread_items);
    json.field("not_held", picture.totals.not_held);
    json.field("not_exported", picture.totals.not_exported);
    json.field("named_not_held", picture.totals.named_not_held);
    json.field("secrets", static_cast<std::uint64_t>(picture.secrets.size()));
    json.field("detections", static_cast<std::uint64_t>(picture.detections.size()));
    json.field("first_access", picture.first_access);
    json.field("verdict", picture.plan.verdict.says);
    json.list_field("does_not_cover", picture.plan.verdict.does_not_cover);
  });
  return out;
}

std::string timeline_json(const Picture &picture) {
  std::string out;
  for (const TimelineEntry &entry : timeline(picture)) {
    json_line(out, [&](JsonWriter &json) {
      json.field("time", entry.time);
      json.field("what", entry.what);
      json.field("says", entry.says);
      optional_text(json, "evidence", entry.evidence);
    });
  }
  return out;
}

}  // namespace dislodge::report
