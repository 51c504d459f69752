// Counsel's track: decisions, clocks with what could be argued, checklists of reports that run, and what was
// told and has changed. One outline, written twice: as HTML for paper and as Markdown.

#include <fmt/format.h>

#include <functional>

#include "base/encode.hpp"
#include "report/files.hpp"
#include "report/html.hpp"
#include "report/page_style.hpp"

namespace dislodge::report {
namespace {

using engine::Picture;

constexpr std::string_view kLabel =
    "PRIVILEGED AND CONFIDENTIAL: prepared at the direction of counsel, in anticipation of legal proceedings";
constexpr std::string_view kCaveat =
    "A label does not make privilege. This track is kept apart from the factual one, and goes to the readers "
    "named here only. Nothing in it is legal advice.";

// What both forms are written from. Items and rows are numbered, so that people can speak of them: C2.14 is
// none of the factual track's numbers.
class Outline {
 public:
  virtual ~Outline() = default;
  void heading(std::string_view text) {
    ++section_;
    place_ = 0;
    write_heading(fmt::format("C{}. {}", section_, text));
  }
  virtual void line(std::string_view text) = 0;
  void item(std::string_view text) { write_item(fmt::format("{} {}", next(), text)); }
  void head(std::vector<std::string> cells) {
    cells.insert(cells.begin(), "no.");
    write_head(cells);
  }
  void row(std::vector<std::string> cells) {
    cells.insert(cells.begin(), next());
    write_row(cells);
  }
  virtual void end_table() = 0;

 protected:
  virtual void write_heading(std::string_view text) = 0;
  virtual void write_item(std::string_view text) = 0;
  virtual void write_head(const std::vector<std::string> &cells) = 0;
  virtual void write_row(const std::vector<std::string> &cells) = 0;

 private:
  std::string next() { return fmt::format("C{}.{}", section_, ++place_); }
  int section_ = 0, place_ = 0;
};

class Markdown : public Outline {
 public:
  std::string text;
  void line(std::string_view says) override { text += "\n" + plain(says) + "\n"; }
  void end_table() override { text += "\n"; }

 private:
  void write_heading(std::string_view says) override { text += fmt::format("\n## {}\n\n", says); }
  void write_item(std::string_view says) override { text += "- " + plain(says) + "\n"; }
  void write_head(const std::vector<std::string> &cells) override {
    write_row(cells);
    text += "|";
    for (std::size_t i = 0; i < cells.size(); ++i) text += " --- |";
    text += "\n";
  }
  void write_row(const std::vector<std::string> &cells) override {
    text += "|";
    for (const std::string &cell : cells) text += " " + plain(cell) + " |";
    text += "\n";
  }
  static std::string plain(std::string_view from) {
    std::string out;
    for (const char c : base::to_valid_utf8(from)) {
      if (c == '\n' || c == '\r' || c == '\t')
        out += ' ';
      else if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos)
        (out += '\\') += c;
      else if (static_cast<unsigned char>(c) >= 0x20)
        out += c;
    }
    return out;
  }
};

class Html : public Outline {
 public:
  std::string text;
  void line(std::string_view says) override { text += "<p>" + html_escaped(says) + "</p>\n"; }
  void end_table() override { text += "</tbody></table>\n"; }

 private:
  void write_heading(std::string_view says) override {
    text += fmt::format("<h2>{}</h2>\n", html_escaped(says));
  }
  void write_item(std::string_view says) override {
    text += "<div class=\"statement\">" + html_escaped(says) + "</div>\n";
  }
  void write_head(const std::vector<std::string> &cells) override {
    text += "<table><thead>";
    cells_of(cells, "th");
    text += "</thead><tbody>\n";
  }
  void write_row(const std::vector<std::string> &cells) override { cells_of(cells, "td"); }
  void cells_of(const std::vector<std::string> &cells, const char *tag) {
    text += "<tr>";
    for (const std::string &cell : cells) text += fmt::format("<{0}>{1}</{0}>", tag, html_escaped(cell));
    text += "</tr>\n";
  }
};

std::string local(const std::optional<disclose::LocalTime> &time) {
  return time ? fmt::format("{} {} {}", time->date, time->time, time->zone) : std::string();
}

// To the second: what a person reads.
std::string moment(base::Time time) {
  constexpr std::int64_t kSecond = 1'000'000;
  return base::format_time(base::Time{time.us - time.us % kSecond});
}

void write(Outline &out, const Picture &picture, const Counsel &counsel) {
  out.line(kLabel);
  out.line(kCaveat);
  std::string readers;
  for (const std::string &one : counsel.readers) readers += (readers.empty() ? "" : ", ") + one;
  out.line("Readers of this copy: " + (readers.empty() ? "not named" : readers) +
           ". All times are UTC unless said.");
  out.line(
      "What this file would give a thief, or the other side: who decided what, on which facts, what was "
      "said and is no longer so, and which dates were missed. It holds no value of a secret.");
  out.line("Verdict of the factual track: " + picture.plan.verdict.says);

  out.heading("Decisions");
  if (counsel.decisions.empty())
    out.line("No decision was entered: no clock that waits for one has started.");
  const engine::Decision *before = nullptr;
  for (const engine::Decision &one : counsel.decisions) {
    out.item(
        fmt::format("{} at {}, by {} (entered {}): {}", one.fact, one.at, one.who, one.recorded, one.reason));
    const bool same = before != nullptr && before->shown == one.shown;
    before = &one;
    if (same) {
      out.line("The case showed then what it showed at the decision above.");
      continue;
    }
    for (const auto &[name, says] : one.shown) {
      const bool changed = std::find(one.changed.begin(), one.changed.end(), name) != one.changed.end();
      out.line(fmt::format("The case showed then, {}: {}{}", name, says,
                           changed ? " CHANGED SINCE: look whether the decision still stands." : ""));
    }
  }

  out.heading("Clocks");
  out.head({"regime", "due", "status", "decided by, on what", "earliest arguable, and due from there"});
  for (const disclose::Duty &duty : picture.duties) {
    std::string arguable;
    if (duty.earliest_arguable) {
      arguable = fmt::format("{} ({})", moment(*duty.earliest_arguable), duty.earliest_because);
      if (duty.earliest_due) arguable += fmt::format("; due {}", moment(*duty.earliest_due));
    }
    out.row({duty.name, local(duty.due_local), duty.status,
             duty.decided_by.empty() ? "" : duty.decided_by + ": " + duty.reason, arguable});
  }
  out.end_table();
  for (const disclose::Duty &duty : picture.duties)
    for (const disclose::AlternativeDate &other : duty.alternatives)
      out.item(fmt::format("{}: {} may be argued for: {}", duty.name, local(other.due_local), other.says));

  for (const disclose::Duty &duty : picture.duties) {
    bool stated = false;
    for (const disclose::FieldStatus &field : duty.fields) stated |= !field.by.empty();
    if (!duty.running && !stated && duty.regime != "sec-8k-1.05") continue;
    out.heading("Content of: " + duty.name);
    out.head({"required", "state", "content, or why not", "stated by", "looked at again"});
    for (const disclose::FieldStatus &field : duty.fields)
      out.row({field.text, field.state + (field.stale ? " (STALE: the case shows something else now)" : ""),
               field.value, field.by, field.next});
    out.end_table();
    for (const std::string &next : duty.follow_ups) out.item(next);
    out.line("Source: " + duty.source + (duty.as_of.empty() ? "" : ", as of " + duty.as_of));
  }

  out.heading("What was told, and whether it still holds");
  if (counsel.told.empty())
    out.line("The register is empty: `dislodge statements --tell` records what is told.");
  for (const Told &one : counsel.told) {
    const std::string_view state = one.state == Told::State::holds     ? "holds"
                                   : one.state == Told::State::changed ? "CHANGED"
                                                                       : "GONE: the case no longer says it";
    out.item(fmt::format("[{}] {} to {} by {}: {}{}", state, one.at, one.to, one.by, one.says,
                         one.now.empty() ? "" : " Now: " + one.now));
  }

  out.heading("What the verdict does not cover");
  for (const std::string &open : gathered(picture.plan.verdict.does_not_cover)) out.item(open);
}

}  // namespace

std::string counsel_markdown(const Picture &picture, const Counsel &counsel) {
  Markdown out;
  out.text = "# Counsel's file on an intrusion\n\n";
  write(out, picture, counsel);
  return out.text;
}

std::string counsel_html(const Picture &picture, const Counsel &counsel) {
  Html out;
  out.text = page_head("Counsel's file on an intrusion");
  out.text += "<h1>Counsel's file on an intrusion</h1>\n";
  write(out, picture, counsel);
  return out.text + "</body></html>\n";
}

}  // namespace dislodge::report
