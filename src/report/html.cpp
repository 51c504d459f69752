#include "report/html.hpp"

#include <fmt/format.h>

#include "base/encode.hpp"
#include "report/files.hpp"
#include "report/page_style.hpp"
#include "report/statements.hpp"
#include "report/text.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {
namespace {

using engine::Picture;

constexpr std::string_view kQuestions[] = {
    "What was stolen",         "Which secrets were in it, whose they are, what they open",
    "How the intruder got in", "What they can reach, since when, and why we say so",
    "How to get them out",     "Whom to tell, about what, by when",
};

std::string moment(base::Time time) {
  if (time == base::kTimeMin) return "always";
  if (time == base::kTimeMax) return "open";
  return base::format_time(time);
}

void statement(std::string &out, const Statement &one) {
  out += fmt::format(
      "<div class=\"statement {}\" id=\"s{}\"><span class=\"number\">{}</span> {} <span "
      "class=\"grade\">[{}]</span>",
      one.grade, one.number, one.number, html_escaped(one.says), one.grade);
  if (!one.evidence.empty()) {
    out += "<div class=\"more\">Evidence:";
    for (const std::string &item : one.evidence) out += " <code>" + html_escaped(item) + "</code>";
    out += "</div>";
  }
  if (!one.limits.empty()) out += "<div class=\"more\">" + html_escaped(one.limits) + "</div>";
  out += "</div>\n";
}

void row(std::string &out, const std::vector<std::string> &cells, const char *tag = "td") {
  out += "<tr>";
  for (const std::string &cell : cells) out += fmt::format("<{0}>{1}</{0}>", tag, html_escaped(cell));
  out += "</tr>\n";
}

void head(std::string &out, const std::vector<std::string> &cells) {
  out += "<table><thead>";
  row(out, cells, "th");
  out += "</thead><tbody>\n";
}

void plan(std::string &out, const Picture &picture) {
  if (picture.plan.actions.empty()) return;
  head(out, {"wave", "id", "action", "on", "who", "why", "does not cut", "breaks", "state",
             "done (by, when, evidence)"});
  const auto list = [](const std::vector<std::string> &items) {
    std::string text;
    for (const std::string &item : items) text += (text.empty() ? "" : "; ") + item;
    return text;
  };
  for (const evict::PlannedAction &action : picture.plan.actions)
    row(out, {std::to_string(action.wave), action.id, action.name.empty() ? action.action : action.name,
              action.target_name.empty() ? action.target : action.target_name, action.who, action.why,
              list(action.does_not_cut), list(action.breaks), std::string(evict::name_of(action.state)), ""});
  out += "</tbody></table>\n";
}

void unread(std::string &out, const Picture &picture) {
  bool any = false;
  for (const evidence::LedgerRow &one : picture.ledger) {
    if (one.state == evidence::LedgerState::read) continue;
    if (!any) head(out, {"state", "item", "reason", "remedy"});
    any = true;
    row(out, {std::string(evidence::name_of(one.state)), one.item, one.reason, one.remedy});
  }
  if (any) out += "</tbody></table>\n";
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : base::to_valid_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\r':
      case '\t':
        out += ' ';
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
    }
  }
  return out;
}

std::string html(const Picture &picture) {
  std::string out = page_head("Report of an intrusion");
  out += "<h1>Report of an intrusion</h1>\n<p>Factual track. All times are UTC.</p>\n";
  if (picture.totals.partial())
    out += fmt::format("<p><strong>partial: {} % read.</strong> Nothing here is excluded or closed.</p>\n",
                       picture.totals.percent_read());
  out += "<div class=\"box\"><p><strong>Verdict.</strong> " + html_escaped(picture.plan.verdict.says) +
         "</p></div>\n";
  out +=
      "<div class=\"box\"><p><strong>What this file would give a thief.</strong> " +
      html_escaped(gives_a_thief(picture)) +
      "</p></div>\n"
      "<p><strong>Grades.</strong> <em>Confirmed</em>: an event shows it. <em>Possible</em>: nothing in the "
      "evidence excludes it. <em>Unknown</em>: the evidence cannot say. <em>Inventory</em>: counted in what "
      "was "
      "handed in.</p>\n";
  for (const std::string &note : picture.notes) out += "<p>Inferred: " + html_escaped(note) + "</p>\n";
  char question = '0';
  for (const Statement &one : statements(picture)) {
    if (one.number[0] != question) {
      if (question == '1') unread(out, picture);
      if (question == '5') plan(out, picture);
      question = one.number[0];
      out += fmt::format("<h2>{}. {}</h2>\n", question, kQuestions[question - '1']);
    }
    statement(out, one);
  }
  out += "<h2>Timeline</h2>\n";
  head(out, {"time", "what", "says", "evidence"});
  for (const TimelineEntry &entry : timeline(picture))
    row(out, {moment(entry.time), entry.what, entry.says, entry.evidence});
  out += "</tbody></table>\n<h2>Coverage</h2>\n";
  head(out, {"source", "class", "events", "first", "last", "complete by declaration", "gaps"});
  for (const log::Coverage &coverage : picture.coverage)
    row(out, {std::string(log::name_of(coverage.source)), std::string(log::name_of(coverage.event_class)),
              std::to_string(coverage.events), moment(coverage.first), moment(coverage.last),
              coverage.complete ? "yes" : "no", std::to_string(coverage.gaps.size())});
  return out + "</tbody></table>\n</body></html>\n";
}

}  // namespace dislodge::report
