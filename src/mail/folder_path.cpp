#include <algorithm>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {

std::string folder_of_path(std::string_view whole) {
  // Within an archive the folders are in the step, "export.zip!/alice/Inbox/1.eml".
  std::string_view step = base::item_root(whole);
  for (std::string_view rest = whole; !rest.empty();) {
    const std::size_t mark = std::min(rest.find("!/"), rest.size());
    if (rest.substr(0, mark).find('/') != std::string_view::npos) step = rest.substr(0, mark);
    rest.remove_prefix(std::min(mark + 2, rest.size()));
  }
  const std::string path = base::unescape_step(step);
  const std::size_t file = path.rfind('/');
  if (file == std::string::npos) return {};
  std::string_view folder = std::string_view(path).substr(0, file);
  const std::size_t last = folder.rfind('/');
  const std::string_view name = last == std::string_view::npos ? folder : folder.substr(last + 1);
  if (name == "cur" || name == "new" || name == "tmp") {
    if (last == std::string_view::npos) return "INBOX";
    folder = folder.substr(0, last);
    const std::size_t above = folder.rfind('/');
    std::string_view box = above == std::string_view::npos ? folder : folder.substr(above + 1);
    // Maildir++: ".Sent.2024" is a folder of the box around it, which itself is the INBOX.
    if (!box.starts_with('.')) return "INBOX";
    std::string out(box.substr(1));
    std::replace(out.begin(), out.end(), '.', '/');
    return out;
  }
  const std::string_view file_name = std::string_view(path).substr(file + 1);
  const std::string lower = base::lower(file_name);
  // Apple Mail: "Work.mbox/Plans.mbox/GUID/Data/Messages/1.emlx".
  if (lower.ends_with(".emlx")) {
    std::string out;
    for (std::string_view rest = folder; !rest.empty();) {
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      std::string_view part = rest.substr(0, slash);
      rest.remove_prefix(std::min(slash + 1, rest.size()));
      if (!part.ends_with(".mbox")) continue;
      part.remove_suffix(5);
      if (!out.empty()) out += '/';
      out += part;
    }
    if (!out.empty()) return out;
  }
  if (lower.ends_with(".eml") || lower.ends_with(".emlx") || lower.ends_with(".msg"))
    return std::string(name);
  // maildir/USER/FOLDER/NUMBER. as in the Enron corpus.
  const std::size_t digits = std::min(file_name.find_first_not_of("0123456789"), file_name.size());
  if (digits > 0 && (digits == file_name.size() || file_name.substr(digits) == ".")) return std::string(name);
  return {};
}

}  // namespace dislodge::mail
