#include "drill/drill.hpp"

#include <array>
#include <system_error>

#include "base/files.hpp"
#include "drill/legacy_app.hpp"
#include "drill/scene.hpp"

namespace dislodge::drill {
namespace {

struct Kind {
  std::string_view name;
  std::string_view says;
  base::Result<void> (*write)(const DrillOptions &);
};
// A new kind is one line here and a file of acts; the writers and the scene are shared.
constexpr std::array<Kind, 8> kKinds = {{
    {"legacy-app",
     "a spray on a test tenant, a legacy application, mailboxes read by a planted one, stolen secrets tried",
     write_legacy_app},
    {"har-theft", "a support mailbox with recordings of customers' browsers, their sessions inside",
     write_har_theft},
    {"signing-key",
     "the key that signs tokens lay in a crash dump and in mail; who accepted forged ones is not logged",
     write_signing_key},
    {"ci-vendor", "a vendor of continuous integration lost every variable that was stored with it",
     write_ci_vendor},
    {"cloned-repository",
     "a token in mail opened a repository, and its history held more secrets than the mail",
     write_cloned_repository},
    {"missed-token", "an eviction that replaced every stolen password but one", write_missed_token},
    {"metadata-only", "a vendor's victim with a list of messages that were read and none of the messages",
     write_metadata_only},
    {"password-reuse", "one password for a directory account and for databases on premises",
     write_password_reuse},
}};
constexpr std::array<std::string_view, 4> kSizes = {"small", "medium", "large", "huge"};

}  // namespace

base::Result<Size> parse_size(std::string_view text) {
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    if (kSizes[i] == text) return static_cast<Size>(i);
  }
  return base::fail(base::ErrorKind::usage,
                    "size '" + std::string(text) + "': expected small, medium, large or huge");
}

std::string_view name_of(Size size) {
  return kSizes[static_cast<std::size_t>(size)];
}

std::vector<KindInfo> kinds() {
  std::vector<KindInfo> list;
  for (const Kind &kind : kKinds) list.push_back({std::string(kind.name), std::string(kind.says)});
  return list;
}

base::Result<void> write_drill(const DrillOptions &options) {
  for (const Kind &kind : kKinds) {
    if (kind.name != options.kind) continue;
    if (base::is_there(options.folder / "evidence")) {
      return base::fail(base::ErrorKind::usage,
                        options.folder.string() + ": already holds evidence; give an empty folder");
    }
    return kind.write(options);
  }
  return base::fail(base::ErrorKind::usage,
                    "kind '" + options.kind + "': unknown; `dislodge drill --list` prints the kinds");
}

}  // namespace dislodge::drill
