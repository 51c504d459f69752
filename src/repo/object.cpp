#include "repo/object.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <new>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::repo {

std::string_view name_of(ObjectType type) {
  switch (type) {
    case ObjectType::commit:
      return "commit";
    case ObjectType::tree:
      return "tree";
    case ObjectType::blob:
      return "blob";
    case ObjectType::tag:
      return "tag";
    case ObjectType::none:
      break;
  }
  return "none";
}

ObjectType object_type_of(std::string_view name) {
  for (const ObjectType type : {ObjectType::commit, ObjectType::tree, ObjectType::blob, ObjectType::tag})
    if (name == name_of(type)) return type;
  return ObjectType::none;
}

std::string ObjectId::hex() const {
  return base::to_hex(std::string_view(reinterpret_cast<const char *>(bytes.data()), hash_size(kind)));
}

ObjectId object_id_of(std::string_view raw, HashKind kind) {
  ObjectId id;
  id.kind = kind;
  std::memcpy(id.bytes.data(), raw.data(), std::min(raw.size(), hash_size(kind)));
  return id;
}

std::optional<ObjectId> object_id_of_hex(std::string_view hex) {
  if (hex.size() != 40 && hex.size() != 64) return std::nullopt;
  const auto raw = base::from_hex(hex);
  if (!raw) return std::nullopt;
  return object_id_of(*raw, hex.size() == 40 ? HashKind::sha1 : HashKind::sha256);
}

struct ObjectHasher::State {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_MD *method = nullptr;
  ~State() {
    EVP_MD_free(method);
    EVP_MD_CTX_free(context);
  }
  void start() {
    if (EVP_DigestInit_ex(context, method, nullptr) != 1) throw std::bad_alloc();
  }
  ObjectId finish(HashKind kind) {
    ObjectId id;
    id.kind = kind;
    unsigned size = 0;
    EVP_DigestFinal_ex(context, id.bytes.data(), &size);
    return id;
  }
};

ObjectHasher::ObjectHasher(HashKind kind) : state_(std::make_unique<State>()), kind_(kind) {
  state_->method = EVP_MD_fetch(nullptr, kind == HashKind::sha1 ? "SHA1" : "SHA256", nullptr);
  if (state_->context == nullptr || state_->method == nullptr) throw std::bad_alloc();
}
ObjectHasher::~ObjectHasher() = default;

ObjectId ObjectHasher::id(ObjectType type, std::string_view content) {
  char head[32];
  const auto written = fmt::format_to_n(head, sizeof head - 1, "{} {}", name_of(type), content.size());
  *written.out = '\0';
  state_->start();
  EVP_DigestUpdate(state_->context, head, written.size + 1);
  EVP_DigestUpdate(state_->context, content.data(), content.size());
  return state_->finish(kind_);
}

ObjectId ObjectHasher::raw(std::string_view bytes) {
  state_->start();
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
  return state_->finish(kind_);
}

namespace {

// "Ann Example <ann@x.example> 1700000000 +0100"
Signature parse_signature(std::string_view value) {
  Signature signature;
  const std::size_t open = value.find('<');
  const std::size_t close = value.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    signature.name = base::trim(value);
    return signature;
  }
  signature.name = base::trim(value.substr(0, open));
  signature.address = base::trim(value.substr(open + 1, close - open - 1));
  const std::string_view rest = base::trim(value.substr(close + 1));
  // 11 digits reach past the year 5000; more would be no time.
  std::int64_t seconds = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && digits < 11 && rest[digits] >= '0' && rest[digits] <= '9'; ++digits)
    seconds = seconds * 10 + (rest[digits] - '0');
  if (digits != 0) signature.time = base::Time{seconds * base::kSecond};
  return signature;
}

// Calls each(name, value) for the header lines; returns where the message begins.
template <typename Each>
std::size_t header_lines(std::string_view content, Each &&each) {
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    const std::string_view line = content.substr(at, end - at);
    at = std::min(end + 1, content.size());
    if (line.empty()) return at;
    if (line.front() == ' ') continue;  // a signature goes on
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) each(line.substr(0, space), line.substr(space + 1));
  }
  return content.size();
}

}  // namespace

CommitView parse_commit(std::string_view content) {
  CommitView commit;
  const std::size_t message = header_lines(content, [&](std::string_view name, std::string_view value) {
    if (name == "tree" && !commit.tree)
      commit.tree = object_id_of_hex(value);
    else if (name == "parent" && commit.parents.size() < kParentsMax) {
      if (const auto parent = object_id_of_hex(value)) commit.parents.push_back(*parent);
    } else if (name == "author")
      commit.author = parse_signature(value);
    else if (name == "committer")
      commit.committer = parse_signature(value);
    else if (name == "encoding")
      commit.encoding = value;
  });
  commit.message = content.substr(message);
  return commit;
}

CommitView parse_tag(std::string_view content) {
  CommitView tag;
  const std::size_t message = header_lines(content, [&](std::string_view name, std::string_view value) {
    if (name == "tagger")
      tag.author = tag.committer = parse_signature(value);
    else if (name == "encoding")
      tag.encoding = value;
  });
  tag.message = content.substr(message);
  return tag;
}

bool TreeReader::next(TreeEntry &entry) {
  const std::size_t space = rest_.substr(0, 16).find(' ');
  if (space == std::string_view::npos) return false;
  const std::size_t zero = rest_.find('\0', space);
  const std::size_t size = hash_size(kind_);
  if (zero == std::string_view::npos || rest_.size() - zero - 1 < size) return false;
  const std::string_view mode = rest_.substr(0, space);
  entry.folder = mode == "40000" || mode == "040000";
  entry.submodule = mode == "160000";
  entry.name = rest_.substr(space + 1, zero - space - 1);
  entry.id = object_id_of(rest_.substr(zero + 1, size), kind_);
  rest_.remove_prefix(zero + 1 + size);
  return true;
}

}  // namespace dislodge::repo
