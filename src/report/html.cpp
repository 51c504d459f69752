#include "report/html.hpp"

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/visible.hpp"
#include "report/files.hpp"
#include "report/page_style.hpp"
#include "report/statements.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {
namespace {

using engine::Picture;

std::string when(base::Time time) {
  if (time == base::kTimeMin) return "always";
  if (time == base::kTimeMax) return "open";
  return base::format_time(time);
}

void statement(std::string &out, const Statement &one) {
  out += fmt::format(
      "<div class=\"statement {}\" id=\"s{}\"><span class=\"number\">{}</span> {} <span "
      "class=\"grade\">[{}]</span>",
      one.grade, one.number, one.number, html_escaped(fitted(one.says)), one.grade);
  if (!one.evidence.empty()) {
    out += "<div class=\"more\">Evidence:";
    for (const std::string &item : one.evidence) out += " <code>" + html_escaped(item) + "</code>";
    out += "</div>";
  }
  if (!one.limits.empty()) out += "<div class=\"more\">" + html_escaped(fitted(one.limits)) + "</div>";
  out += "</div>\n";
}

void row(std::string &out, const std::vector<std::string> &cells, const char *tag = "td") {
  out += "<tr>";
  for (const std::string &cell : cells) out += fmt::format("<{0}>{1}</{0}>", tag, html_escaped(fitted(cell)));
  out += "</tr>\n";
}

void head(std::string &out, const std::vector<std::string> &cells) {
  out += "<table><thead>";
  row(out, cells, "th");
  out += "</thead><tbody>\n";
}

// An action a block, with a line to write on: as columns of a table this was unreadable on paper.
void plan(std::string &out, const Picture &picture) {
  int wave = -1;
  const auto list = [&](std::string_view label, const std::vector<std::string> &items) {
    if (items.empty()) return;
    std::string text;
    for (const std::string &item : items) text += (text.empty() ? "" : "; ") + item;
    out += fmt::format(" <strong>{}:</strong> {}.", label, html_escaped(fitted(text)));
  };
  for (const evict::PlannedAction &action : picture.plan.actions) {
    if (action.wave != wave) {
      wave = action.wave;
      out += fmt::format("<h3>Wave {}</h3>\n", wave);
    }
    out += fmt::format(
        "<div class=\"action\"><span class=\"tick\">{}</span> <strong>{} {}</strong>: {} <span "
        "class=\"grade\">[{}]</span><div class=\"more\">{}.",
        action.state == evict::ActionState::in_effect ? "&#9746;" : "&#9744;", html_escaped(action.id),
        html_escaped(action.name.empty() ? action.action : action.name),
        html_escaped(fitted(action.target_name.empty() ? action.target : action.target_name)),
        evict::name_of(action.state), html_escaped(fitted(action.why)));
    if (!action.who.empty()) list("By", {action.who});
    list("After", action.after);
    list("Does not cut", action.does_not_cut);
    list("Breaks", action.breaks);
    list("Destroys", action.destroys_evidence);
    if (!action.save_first.empty()) list("First", {action.save_first});
    out += "</div><div class=\"write\">Done by, when, evidence:</div></div>\n";
  }
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
  for (const char c : base::visible(base::to_valid_utf8(text))) {
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
        out += c;
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
  out +=
      "<div class=\"box\"><p><strong>Verdict.</strong> " + html_escaped(picture.plan.verdict.says) + "</p>\n";
  if (!picture.plan.verdict.does_not_cover.empty()) {
    out += "<p>It does not cover (all of it under question 5):</p>\n<ul>\n";
    for (const std::string &open : gathered(picture.plan.verdict.does_not_cover))
      out += "<li>" + html_escaped(open) + "</li>\n";
    out += "</ul>\n";
  }
  out += "</div>\n";
  out +=
      "<p><strong>As of</strong> " + when(base::Time{base::now().us / base::kSecond * base::kSecond}) +
      ", from what was handed in until then.</p>\n"
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
      out += fmt::format("<h2>{}. {}</h2>\n", question, kQuestions[static_cast<std::size_t>(question - '1')]);
    }
    statement(out, one);
  }
  out += "<h2>Timeline</h2>\n";
  head(out, {"time", "what", "says", "evidence"});
  for (const TimelineEntry &entry : timeline(picture))
    row(out, {when(entry.time), entry.what, entry.says, entry.evidence});
  out += "</tbody></table>\n<h2>Coverage</h2>\n";
  head(out, {"source", "class", "events", "first", "last", "complete by declaration", "gaps"});
  for (const log::Coverage &coverage : picture.coverage)
    row(out, {std::string(log::name_of(coverage.source)), std::string(log::name_of(coverage.event_class)),
              std::to_string(coverage.events), when(coverage.first), when(coverage.last),
              coverage.complete ? "yes" : "no", std::to_string(coverage.gaps.size())});
  return out + "</tbody></table>\n</body></html>\n";
}

}  // namespace dislodge::report
