// Attachments to text: Office files, HTML and PDF; PDF against pdftotext on the same files.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "evidence/html_text.hpp"
#include "evidence/sink.hpp"
#include "file/readers.hpp"
#include "mail/corpus.hpp"
#include "mail/tables.hpp"

namespace dislodge::bench {
namespace {

class TextSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &text) override {
    bytes += text.text.size();
    if (keep != nullptr) *keep += text.text;
    return 0;
  }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread) override {}
  const base::Limits &limits() const override { return limits_; }
  std::string *keep = nullptr;
  std::uint64_t bytes = 0;

 private:
  base::Limits limits_;
};

double child_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

std::unordered_map<std::string_view, std::size_t> words_of(std::string_view text) {
  std::unordered_map<std::string_view, std::size_t> words;
  static constexpr std::string_view kBlank = " \t\r\n\f\v";
  for (std::size_t at = 0; (at = text.find_first_not_of(kBlank, at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlank, at), text.size());
    ++words[text.substr(at, end - at)];
    at = end;
  }
  return words;
}

std::string slurp(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int pdf_rows(const std::filesystem::path &folder) {
  const char *given = std::getenv("MAIL_BENCH_PDF");
  std::vector<std::filesystem::path> files;
  if (given != nullptr) {
    for (const auto &entry : std::filesystem::recursive_directory_iterator(given))
      if (entry.is_regular_file() && entry.path().extension() == ".pdf") files.push_back(entry.path());
  } else {
    for (std::uint64_t i = 0; i < 12; ++i) {
      files.push_back(folder / fmt::format("{}.pdf", i));
      std::ofstream(files.back(), std::ios::binary) << make_pdf(20'000 + i * 15'000, i + 1);
    }
  }
  if (files.empty()) return 0;
  double ours = 0;
  double theirs = 0;
  std::size_t wanted = 0;
  std::size_t found = 0;
  std::size_t read = 0;
  for (const auto &path : files) {
    const std::string out = (folder / "pdftotext.txt").string();
    std::filesystem::remove(out);
    const double before = child_seconds();
    const int status =
        std::system(fmt::format("pdftotext -enc UTF-8 '{}' '{}' 2>/dev/null", path.string(), out).c_str());
    if (status != 0) continue;  // what it does not read is nothing to compare with
    theirs += child_seconds() - before;
    ++read;
    const std::string bytes = slurp(path);
    std::string text;
    evidence::ItemView item;
    item.path = "bench.pdf";
    item.bytes = bytes;
    ours += best_of(3, [&] {
      text.clear();
      TextSink sink;
      sink.keep = &text;
      (void)file::read_pdf(item, sink);
    });
    const std::string reference = slurp(out);
    auto have = words_of(text);
    for (const auto &[word, count] : words_of(reference)) {
      wanted += count;
      const auto held = have.find(word);
      found += held == have.end() ? 0 : std::min(count, held->second);
    }
  }
  if (read == 0) {
    fmt::print("PDF: pdftotext (poppler-utils) is not here, or read none: no ratio\n");
    return 0;
  }
  const double recall = static_cast<double>(found) / static_cast<double>(std::max<std::size_t>(1, wanted));
  return row("PDF: times pdftotext", theirs / ours, 2, "x",
             fmt::format("{} files{}, {:.1f} against {:.1f} ms of CPU a file, its start included", read,
                         given == nullptr ? " made here" : "", 1e3 * ours / static_cast<double>(read),
                         1e3 * theirs / static_cast<double>(read))) +
         row("PDF: recall of pdftotext's words", recall, 0.99, "", fmt::format("{} words", wanted));
}

}  // namespace

int files_table() {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("dislodge-files-bench-{}", ::getpid());
  std::filesystem::create_directories(folder);
  int missed = 0;
  {
    const std::string docx = make_docx(40'000'000, 3);
    std::uint64_t text = 0;
    const double seconds = best_of(5, [&] {
      TextSink sink;
      evidence::ItemView item;
      item.path = "bench.docx";
      item.bytes = docx;
      (void)file::read_ooxml(item, sink);
      text = sink.bytes;
    });
    missed += row("OOXML, unpacked", 40.0 / seconds, 250, "MB/s",
                  fmt::format("{:.1f} MB packed, {:.1f} MB of text ({:.0f} MB/s)",
                              static_cast<double>(docx.size()) / 1e6, static_cast<double>(text) / 1e6,
                              static_cast<double>(text) / 1e6 / seconds));
  }
  {
    const std::string html = make_html(20'000'000, 4);
    std::uint64_t text = 0;
    const double seconds = best_of(5, [&] { text = evidence::html_text(html).text.size(); });
    missed += row("HTML to text", static_cast<double>(html.size()) / seconds / 1e6, 1000, "MB/s",
                  fmt::format("{:.0f} MB, {:.0f} % text", static_cast<double>(html.size()) / 1e6,
                              100.0 * static_cast<double>(text) / static_cast<double>(html.size())));
  }
  missed += pdf_rows(folder);
  std::filesystem::remove_all(folder);
  return missed;
}

}  // namespace dislodge::bench
