#include "engine/shard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "engine/add.hpp"
#include "engine/inventory.hpp"
#include "engine/read_pass.hpp"
#include "engine/readers.hpp"
#include "engine/recogniser.hpp"
#include "engine/version.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::string_view kMagic = "DISLODGE-SHARD 2\n";
constexpr std::size_t kOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::uint64_t kChunkMax = 8ull << 30;

const unsigned char *raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char *>(bytes.data());
}
unsigned char *raw(std::string &bytes) {
  return reinterpret_cast<unsigned char *>(bytes.data());
}

// Writes the encrypted chunks of a shard to a file beside its place; commit() puts it there.
class ShardWriter {
 public:
  Result<void> open(const std::filesystem::path &out, const std::string &seal_to) {
    out_ = out;
    part_ = out;
    part_ += ".part";
    fd_ = base::Fd(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd_) return base::fail(ErrorKind::io, part_.string() + ": " + base::os_message(errno));
    const base::SecretBytes key = base::SecretBytes::random(crypto_secretstream_xchacha20poly1305_KEYBYTES);
    std::string header(crypto_secretstream_xchacha20poly1305_HEADERBYTES, '\0');
    crypto_secretstream_xchacha20poly1305_init_push(&state_, raw(header), key.data());
    return put(std::string(kMagic) + casefile::seal(seal_to, key.view()) + header);
  }
  Result<void> chunk(std::string_view clear, bool last) {
    std::string box(clear.size() + kOverhead, '\0');
    crypto_secretstream_xchacha20poly1305_push(&state_, raw(box), nullptr, raw(clear), clear.size(), nullptr,
                                               0,
                                               last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    std::string size(8, '\0');
    for (int i = 0; i < 8; ++i) size[static_cast<std::size_t>(i)] = static_cast<char>(box.size() >> (8 * i));
    DISLODGE_TRY(put(size));
    return put(box);
  }
  Result<void> commit() {
    if (::fsync(fd_.get()) != 0 || ::rename(part_.c_str(), out_.c_str()) != 0)
      return base::fail(ErrorKind::io, out_.string() + ": " + base::os_message(errno));
    return {};
  }

 private:
  Result<void> put(std::string_view bytes) {
    auto done = base::write_all(fd_.get(), bytes);
    if (!done) return base::fail_at(out_.string(), done.error());
    return {};
  }
  std::filesystem::path out_, part_;
  base::Fd fd_;
  crypto_secretstream_xchacha20poly1305_state state_{};
};

class ShardReader {
 public:
  Result<void> open(const std::filesystem::path &path, const casefile::CaseKeys &keys) {
    path_ = path;
    DISLODGE_TRY_ASSIGN(file_, base::MappedFile::open(path));
    rest_ = file_.bytes();
    const std::size_t sealed = crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES;
    const std::size_t header = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
    if (rest_.substr(0, kMagic.size()) != kMagic || rest_.size() < kMagic.size() + sealed + header)
      return base::fail(ErrorKind::usage,
                        path.string() + ": this is not a shard of this version; nothing was merged");
    auto key = keys.open(rest_.substr(kMagic.size(), sealed));
    if (!key)
      return base::fail(
          ErrorKind::usage,
          path.string() + ": a foreign shard: it was sealed to another case; nothing was merged");
    if (crypto_secretstream_xchacha20poly1305_init_pull(
            &state_, raw(rest_.substr(kMagic.size() + sealed, header)), key->data()) != 0)
      return damaged();
    rest_.remove_prefix(kMagic.size() + sealed + header);
    return {};
  }
  // The next chunk; last is set with the final one.
  Result<std::string> chunk(bool &last) {
    std::uint64_t size = 0;
    if (rest_.size() < 8) return damaged();
    for (std::size_t i = 0; i < 8; ++i)
      size |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(8);
    if (size > rest_.size() || size < kOverhead || size > kChunkMax) return damaged();
    std::string clear(size - kOverhead, '\0');
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state_, raw(clear), nullptr, &tag, raw(rest_), size,
                                                   nullptr, 0) != 0)
      return damaged();
    rest_.remove_prefix(size);
    last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return clear;
  }

 private:
  tl::unexpected<base::Error> damaged() const {
    return base::fail(
        ErrorKind::usage,
        path_.string() + ": the shard is damaged or cut short; make it again; nothing was merged");
  }
  std::filesystem::path path_;
  base::MappedFile file_;
  std::string_view rest_;
  crypto_secretstream_xchacha20poly1305_state state_{};
};

std::string encode_manifest(const ShardManifest &manifest) {
  base::WireWriter out;
  out.text(manifest.version);
  out.text(manifest.key);
  out.text(manifest.inputs);
  out.number(manifest.index);
  out.number(manifest.count);
  out.list(manifest.evidence, [&](const evidence::EvidenceFile &file) { encode_evidence(file, out); });
  out.list(manifest.left_out, [&](const evidence::LedgerRow &row) { row.encode(out); });
  return out.take();
}

Result<ShardManifest> decode_manifest(std::string_view bytes) {
  base::WireReader in(bytes);
  ShardManifest manifest;
  manifest.version = in.text();
  manifest.key = in.text();
  manifest.inputs = in.text();
  manifest.index = static_cast<std::uint32_t>(in.number());
  manifest.count = static_cast<std::uint32_t>(in.number());
  in.list([&] { manifest.evidence.push_back(decode_evidence(in)); });
  in.list([&] { manifest.left_out.push_back(evidence::LedgerRow::decode(in)); });
  DISLODGE_TRY(in.finish("manifest of a shard"));
  return manifest;
}

}  // namespace

Result<ShardSummary> write_shard(const ShardRequest &request, const Options &options,
                                 base::Progress &progress) {
  DISLODGE_TRY_ASSIGN(const auto rules, load_secret_rules(options));
  ShardManifest manifest;
  manifest.version = kProgramVersion;
  manifest.key = readers_digest(rules->digest, options.limits);
  manifest.index = request.index;
  manifest.count = request.count;
  progress.stage("intake");
  RecogniserProcess recogniser(options.sandbox);
  DISLODGE_TRY_ASSIGN(const Inventory known, read_inventories(request.known));
  const std::function<void(const evidence::IntakeStep &)> step = [&](const evidence::IntakeStep &done) {
    progress.advance(done.bytes, done.file_done ? 1 : 0);
  };
  const evidence::Recogniser asker = recogniser.asker();
  const evidence::Examiner here = evidence::examine_here(step, asker);
  const evidence::Examiner examine = examine_known(known, here);
  for (const std::filesystem::path &path : request.paths) {
    DISLODGE_TRY_ASSIGN(auto files, evidence::intake_with(path, examine, [&](evidence::LedgerRow row) {
                          manifest.left_out.push_back(std::move(row));
                        }));
    std::move(files.begin(), files.end(), std::back_inserter(manifest.evidence));
  }
  base::Sha256Stream digest;
  for (const evidence::EvidenceFile &file : manifest.evidence)
    digest.add(fmt::format("{}\n{}\n{}\n", file.item, base::to_hex(file.sha256), file.size));
  manifest.inputs = base::to_hex(digest.finish());

  std::vector<Job> jobs;
  std::vector<std::pair<std::size_t, evidence::Unit>> units;  // of each job: evidence index and unit
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < manifest.evidence.size(); ++i) {
    for (const evidence::Unit &unit : evidence::cut_units(manifest.evidence[i], options.limits)) {
      if (evidence::shard_of(unit, request.count) != request.index) continue;
      jobs.push_back(job_of(manifest.evidence[i], unit));
      units.emplace_back(i, unit);
      bytes += unit.size();
    }
  }
  ShardWriter writer;
  DISLODGE_TRY(writer.open(request.out, request.seal_to));
  DISLODGE_TRY(writer.chunk(encode_manifest(manifest), false));
  ShardSummary summary;
  progress.stage("read", bytes);
  WorkerPool pool = make_pool(*rules, options, request.seal_to);
  DISLODGE_TRY(pool.run(std::move(jobs), [&](std::size_t number, Result<UnitResult> result) -> Result<void> {
    const auto &[index, unit] = units[number];
    base::WireWriter out;
    out.number(index);
    out.number(unit.begin);
    out.number(unit.end);
    out.flag(result.has_value());
    if (result) {
      summary.sightings += result->sightings.size();
      out.text(result->encode());
    } else {
      out.number(static_cast<std::uint64_t>(result.error().kind));
      out.text(result.error().message);
    }
    ++summary.units;
    summary.bytes += unit.size();
    progress.advance(unit.size());
    return writer.chunk(out.bytes(), false);
  }));
  DISLODGE_TRY(writer.chunk("", true));
  DISLODGE_TRY(writer.commit());
  return summary;
}

Result<MergeSummary> merge_shards(casefile::Case &the_case, const std::vector<std::filesystem::path> &files,
                                  base::Progress &progress) {
  MergeSummary summary;
  struct Opened {
    std::filesystem::path path;
    ShardManifest manifest;
    std::string digest;
  };
  // First look at all of them: everything is refused before anything is changed.
  std::map<std::uint32_t, Opened> set;
  for (const std::filesystem::path &path : files) {
    ShardReader reader;
    DISLODGE_TRY(reader.open(path, the_case.keys()));
    bool last = false;
    DISLODGE_TRY_ASSIGN(const std::string first, reader.chunk(last));
    Opened opened{path, {}, base::to_hex(base::sha256(first))};
    DISLODGE_TRY_ASSIGN(opened.manifest, decode_manifest(first));
    base::Sha256Stream content;
    while (!last) {
      DISLODGE_TRY_ASSIGN(const std::string chunk, reader.chunk(last));
      content.add(chunk);
    }
    opened.digest += base::to_hex(content.finish());
    const ShardManifest &mine = opened.manifest;
    if (mine.index >= mine.count)
      return base::fail(ErrorKind::usage,
                        path.string() + ": the shard's number is not below its count; nothing was merged");
    if (!set.empty()) {
      const Opened &other = set.begin()->second;
      if (mine.inputs != other.manifest.inputs || mine.count != other.manifest.count)
        return base::fail(
            ErrorKind::usage,
            fmt::format("{}: a foreign shard: it is of another set ({} shards) than {}; nothing was merged",
                        path.string(), mine.count, other.path.string()));
      if (mine.key != other.manifest.key)
        return base::fail(ErrorKind::usage,
                          fmt::format("{}: a conflicting shard: it was read with other rules, limits or "
                                      "version than {}; nothing was merged",
                                      path.string(), other.path.string()));
    }
    if (const auto known = set.find(mine.index); known != set.end()) {
      ++summary.repeats;  // the same work, done twice: sealed boxes differ, so the first one counts
      continue;
    }
    set.emplace(mine.index, std::move(opened));
  }
  if (set.empty()) return base::fail(ErrorKind::usage, "no shard was given");
  std::string lost;
  const std::uint32_t count = set.begin()->second.manifest.count;
  for (std::uint32_t i = 0; i < count; ++i)
    if (set.count(i) == 0) lost += fmt::format("{}{}/{}", lost.empty() ? "" : ", ", i, count);
  if (!lost.empty())
    return base::fail(ErrorKind::usage,
                      "lost shards: " + lost + "; make them and merge all together; nothing was merged");

  const ShardManifest &manifest = set.begin()->second.manifest;
  DISLODGE_TRY_ASSIGN(const auto ids, insert_evidence(the_case, manifest.evidence));
  DISLODGE_TRY(keep_left_out(the_case, manifest.left_out));
  summary.evidence = manifest.evidence.size();
  progress.stage("merge", 0);
  for (const auto &[index, opened] : set) {
    ShardReader reader;
    DISLODGE_TRY(reader.open(opened.path, the_case.keys()));
    bool last = false;
    DISLODGE_TRY_ASSIGN(const std::string skipped, reader.chunk(last));
    ValueJoiner joiner(the_case);
    while (!last) {
      DISLODGE_TRY_ASSIGN(const std::string chunk, reader.chunk(last));
      if (chunk.empty()) continue;
      base::WireReader in(chunk);
      const std::uint64_t number = in.number();
      if (number >= ids.size())
        return base::fail(ErrorKind::usage,
                          opened.path.string() + ": the shard names evidence that it does not list");
      evidence::Unit unit;
      unit.sha256 = manifest.evidence[number].sha256;
      unit.begin = in.number();
      unit.end = in.number();
      UnitRow row;
      row.id = evidence::unit_id(unit);
      row.evidence = ids[number];
      row.begin = unit.begin;
      row.end = unit.end;
      if (in.flag()) {
        DISLODGE_TRY_ASSIGN(const UnitResult result, UnitResult::decode(in.text()));
        DISLODGE_TRY(store_result(the_case, row, manifest.key, result, joiner));
      } else {
        base::Error error;
        error.kind = static_cast<ErrorKind>(in.number());
        error.message = in.text();
        EvidenceRow evidence_row;
        evidence_row.root = manifest.evidence[number].item;
        evidence_row.path = manifest.evidence[number].path;
        DISLODGE_TRY(store_failure(the_case, evidence_row, row, error));
      }
      ++summary.units;
      progress.advance(unit.size());
    }
    ++summary.shards;
  }
  DISLODGE_TRY(the_case.journal().append(
      "merge", fmt::format("{{\"shards\":{},\"units\":{}}}", summary.shards, summary.units)));
  return summary;
}

}  // namespace dislodge::engine
