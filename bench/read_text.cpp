// Prints the text that the file readers find in a file, for comparison with other readers
// (scripts/compare_files.py):
//
//   read_text FILE...            each text on standard output, a form feed between files
//   read_text --password P FILE

#include <cstdio>
#include <functional>
#include <string_view>

#include "base/files.hpp"
#include "evidence/recognise.hpp"
#include "file/readers.hpp"

namespace {

using namespace dislodge;

class PrintingSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return records_++; }
  std::size_t text(const evidence::TextView &view) override {
    std::fwrite(view.text.data(), 1, view.text.size(), stdout);
    std::fputc('\n', stdout);
    return 0;
  }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { std::fprintf(stderr, "unread: %s\n", part.reason.c_str()); }
  const base::Limits &limits() const override { return limits_; }
  const evidence::Unlock &unlock() const override { return unlock_; }

  evidence::Unlock unlock_;

 private:
  base::Limits limits_;
  evidence::RecordId records_ = 0;
};

base::Result<void> read(const evidence::ItemView &item, evidence::Sink &sink) {
  switch (item.type) {
    case evidence::ItemType::pdf:
      return file::read_pdf(item, sink);
    case evidence::ItemType::ooxml:
    case evidence::ItemType::odf:
      return file::read_ooxml(item, sink);
    case evidence::ItemType::ole:
      return file::read_ole(item, sink);
    case evidence::ItemType::rtf:
      return file::read_rtf(item, sink);
    case evidence::ItemType::html:
      return file::read_html(item, sink);
    case evidence::ItemType::sqlite:
      return file::read_sqlite(item, sink);
    default:
      return file::read_text(item, sink);
  }
}

}  // namespace

int main(int argc, char **argv) {
  PrintingSink sink;
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--password" && i + 1 < argc) {
      sink.unlock_.passwords.push_back(argv[++i]);
      continue;
    }
    const auto mapped = base::MappedFile::open(argv[i]);
    if (!mapped) {
      std::fprintf(stderr, "%s\n", mapped.error().message.c_str());
      failed = 1;
      continue;
    }
    evidence::ItemView item;
    item.path = argv[i];
    item.name = argv[i];
    item.bytes = mapped->bytes();
    item.type = evidence::recognise(item.bytes, item.name);
    if (const auto done = read(item, sink); !done) {
      std::fprintf(stderr, "%s: %s\n", argv[i], done.error().message.c_str());
      failed = 1;
    }
    std::fputc('\f', stdout);
  }
  return failed;
}
