#include "file/pdf_document.hpp"

#include <algorithm>
#include <cstring>

#include "file/pdf_crypt.hpp"

namespace dislodge::file {
namespace {

using Kind = PdfValue::Kind;

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::uint64_t kValuesMax = 4'000'000;        // values of a document, 80 bytes each
constexpr std::uint64_t kStreamBytesMax = 256u << 20;  // of one stream, decoded
constexpr std::size_t kObjectsMax = 1'000'000;
constexpr int kReferencesMax = 32;  // chain of references to references

const PdfValue kNull;

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// "12 0 " before `at`, where "obj" stands. Gives where the number begins, or npos.
std::size_t object_number(std::string_view bytes, std::size_t at, std::uint32_t &number,
                          std::uint32_t &generation) {
  std::size_t i = at;
  const auto blanks = [&] {
    const std::size_t before = i;
    while (i > 0 && pdf_blank(bytes[i - 1]) && before - i < 32) --i;
    return before != i;
  };
  const auto integer = [&](std::uint32_t &value) {
    const std::size_t end = i;
    while (i > 0 && digit(bytes[i - 1]) && end - i < 10) --i;
    if (i == end) return false;
    std::uint64_t sum = 0;
    for (std::size_t k = i; k < end; ++k) sum = sum * 10 + static_cast<std::uint64_t>(bytes[k] - '0');
    if (sum > UINT32_MAX) return false;
    value = static_cast<std::uint32_t>(sum);
    return true;
  };
  blanks();
  if (!integer(generation) || !blanks() || !integer(number)) return kNone;
  return i;
}

}  // namespace

PdfDocument::PdfDocument(std::string_view bytes, const base::Limits &limits)
    : bytes_(bytes), limits_(limits), value_budget_(kValuesMax) {}

PdfDocument::~PdfDocument() = default;

bool PdfDocument::load(const evidence::Unlock &unlock) {
  scan();
  find_trailers();
  for (const PdfValue &trailer : trailers_) {
    const PdfValue *reference = trailer.find("Encrypt");
    if (reference == nullptr) continue;
    const PdfValue &dictionary = resolve(*reference);
    if (!dictionary.is(Kind::dictionary)) continue;
    // In a linearised file one of its two trailers may do without the identifier.
    const auto id_of = [this](const PdfValue &from) {
      const PdfValue &ids = get(from, "ID");
      return ids.is(Kind::array) && !ids.items.empty() ? pdf_string_bytes(resolve(ids.items[0]))
                                                       : std::string();
    };
    std::string id = id_of(trailer);
    for (auto other = trailers_.begin(); id.empty() && other != trailers_.end(); ++other) id = id_of(*other);
    crypt_ = PdfCrypt::open(*this, dictionary, id, unlock);
    if (!crypt_) return false;
    if (reference->is(Kind::reference)) crypt_->set_own_object(static_cast<std::uint32_t>(reference->number));
    break;
  }
  // Objects within object streams, in file order, so that a later one replaces an earlier one.
  by_number_.clear();
  const std::size_t direct = objects_.size();
  for (std::size_t i = 0; i < direct; ++i) {
    define(objects_[i]);
    const PdfValue *type = objects_[i].value.find("Type");
    if (objects_[i].has_stream && type != nullptr && type->is_name("ObjStm")) open_object_stream(objects_[i]);
  }
  return true;
}

void PdfDocument::scan() {
  std::size_t at = 0;
  while (at < bytes_.size()) {
    const std::size_t found = bytes_.find("obj", at);
    if (found == kNone) return;
    at = found + 3;
    if (found > 0 && bytes_[found - 1] == 'd') continue;  // endobj
    PdfObject object;
    const std::size_t begin = object_number(bytes_, found, object.number, object.generation);
    if (begin == kNone) continue;
    if (endless_ != nullptr) {
      // A stream whose end mark is missing goes up to the next object at most.
      const auto start = static_cast<std::size_t>(endless_->stream.data() - bytes_.data());
      endless_->stream = endless_->stream.substr(0, begin > start ? begin - start : 0);
      endless_ = nullptr;
    }
    if (objects_.size() >= kObjectsMax || value_budget_ == 0) {
      too_many_ = true;
      return;
    }
    PdfLexer lexer(bytes_, at, &value_budget_);
    if (!lexer.next(object.value, true)) continue;
    if (object.value.is_keyword("endobj")) object.value = {};
    const bool unended = read_stream(object, lexer);
    at = std::max(at, lexer.at());
    objects_.push_back(std::move(object));
    define(objects_.back());
    if (unended) endless_ = &objects_.back();
  }
}

bool PdfDocument::read_stream(PdfObject &object, PdfLexer &lexer) {
  if (!object.value.is(Kind::dictionary)) return false;
  lexer.skip_blanks();
  std::size_t at = lexer.at();
  if (bytes_.substr(at, 6) != "stream") return false;
  at += 6;
  if (at < bytes_.size() && bytes_[at] == '\r') ++at;
  if (at < bytes_.size() && bytes_[at] == '\n') ++at;
  object.has_stream = true;
  // The length is believed only if the end mark is there.
  if (const PdfValue *length = object.value.find("Length")) {
    const PdfValue &value = resolve(*length);
    if (value.is(Kind::number) && value.number >= 0 &&
        value.number <= static_cast<double>(bytes_.size() - at)) {
      const auto size = static_cast<std::size_t>(value.number);
      PdfLexer end(bytes_, at + size);
      end.skip_blanks();
      if (bytes_.substr(end.at(), 9) == "endstream") {
        object.stream = bytes_.substr(at, size);
        lexer.seek(end.at() + 9);
        return false;
      }
    }
  }
  std::size_t end = no_endstream_ ? kNone : bytes_.find("endstream", at);
  if (end == kNone) {
    // No later stream has an end either: looking for each would be quadratic.
    no_endstream_ = true;
    end = no_endobj_ ? kNone : bytes_.find("endobj", at);
    no_endobj_ = end == kNone;
    if (end == kNone) end = bytes_.size();
    object.stream = bytes_.substr(at, end - at);
    lexer.seek(at);  // objects may be hidden in what is taken for a stream without end
    return true;
  }
  object.stream = bytes_.substr(at, end - at);
  if (object.stream.ends_with("\r\n"))
    object.stream.remove_suffix(2);
  else if (object.stream.ends_with('\n') || object.stream.ends_with('\r'))
    object.stream.remove_suffix(1);
  lexer.seek(end + 9);
  return false;
}

void PdfDocument::open_object_stream(const PdfObject &object) {
  const PdfValue &count = get(object.value, "N");
  const PdfValue &first = get(object.value, "First");
  if (!count.is(Kind::number) || !first.is(Kind::number) || first.number < 0) return;
  unpacked_.push_back(decode(object).bytes);
  const std::string_view data = unpacked_.back();
  PdfLexer head(data, 0, &value_budget_);
  for (double i = 0; i < count.number && i < static_cast<double>(kObjectsMax); ++i) {
    PdfValue number;
    PdfValue offset;
    if (!head.next(number, false) || !head.next(offset, false)) return;
    if (!number.is(Kind::number) || !offset.is(Kind::number) || number.number < 0 || offset.number < 0)
      return;
    const double at = first.number + offset.number;
    if (at >= static_cast<double>(data.size()) || objects_.size() >= kObjectsMax) continue;
    PdfLexer lexer(data, static_cast<std::size_t>(at), &value_budget_);
    PdfObject inner;
    inner.number = static_cast<std::uint32_t>(number.number);
    inner.packed = true;
    if (!lexer.next(inner.value, true)) {
      too_many_ = too_many_ || value_budget_ == 0;
      continue;
    }
    objects_.push_back(std::move(inner));
    define(objects_.back());
  }
}

void PdfDocument::find_trailers() {
  for (std::size_t at = bytes_.find("trailer"); at != kNone && trailers_.size() < 1000;
       at = bytes_.find("trailer", at + 7)) {
    PdfLexer lexer(bytes_, at + 7, &value_budget_);
    PdfValue value;
    if (lexer.next(value, true) && value.is(Kind::dictionary)) trailers_.push_back(std::move(value));
  }
  for (const PdfObject &object : objects_) {
    const PdfValue *type = object.value.find("Type");
    if (type != nullptr && type->is_name("XRef") && trailers_.size() < 2000)
      trailers_.push_back(object.value);
  }
  std::reverse(trailers_.begin(), trailers_.end());
}

const PdfObject *PdfDocument::object(std::uint32_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

const PdfObject *PdfDocument::object_of(const PdfValue &reference) const {
  const PdfValue *value = &reference;
  const PdfObject *last = nullptr;
  for (int i = 0; i < kReferencesMax && value->is(Kind::reference); ++i) {
    last = object(static_cast<std::uint32_t>(value->number));
    if (last == nullptr) return nullptr;
    value = &last->value;
  }
  return last;
}

const PdfValue &PdfDocument::resolve(const PdfValue &value) const {
  if (!value.is(Kind::reference)) return value;
  const PdfObject *object = object_of(value);
  return object == nullptr || object->value.is(Kind::reference) ? kNull : object->value;
}

const PdfValue &PdfDocument::get(const PdfValue &dictionary, std::string_view key) const {
  const PdfValue *value = dictionary.find(key);
  return value == nullptr ? kNull : resolve(*value);
}

std::vector<PdfFilter> PdfDocument::filters_of(const PdfValue &dictionary) const {
  std::vector<PdfFilter> filters;
  const PdfValue *names = &get(dictionary, "Filter");
  if (names->is(Kind::null)) names = &get(dictionary, "F");
  const PdfValue *parameters = &get(dictionary, "DecodeParms");
  if (parameters->is(Kind::null)) parameters = &get(dictionary, "DP");
  const auto add = [&](const PdfValue &name, const PdfValue &settings) {
    if (!name.is(Kind::name) || filters.size() >= 16) return;
    PdfFilter filter;
    filter.name = name.raw;
    const auto number = [&](std::string_view key, int otherwise) {
      const PdfValue &value = get(settings, key);
      return value.is(Kind::number) && value.number > -1e6 && value.number < 1e6
                 ? static_cast<int>(value.number)
                 : otherwise;
    };
    filter.predictor = number("Predictor", 1);
    filter.colors = number("Colors", 1);
    filter.bits = number("BitsPerComponent", 8);
    filter.columns = number("Columns", 1);
    filter.early_change = number("EarlyChange", 1) != 0;
    filters.push_back(filter);
  };
  if (names->is(Kind::name)) {
    add(*names, parameters->is(Kind::array) && !parameters->items.empty() ? resolve(parameters->items[0])
                                                                          : *parameters);
  } else if (names->is(Kind::array)) {
    for (std::size_t i = 0; i < names->items.size(); ++i) {
      const bool listed = parameters->is(Kind::array) && i < parameters->items.size();
      add(resolve(names->items[i]), listed                             ? resolve(parameters->items[i])
                                    : parameters->is(Kind::dictionary) ? *parameters
                                                                       : kNull);
    }
  }
  return filters;
}

Filtered PdfDocument::decode(const PdfObject &object) {
  std::string decrypted;
  std::string_view raw = object.stream;
  const std::vector<PdfFilter> filters = filters_of(object.value);
  if (crypt_ && !object.packed && crypt_->covers(object)) {
    // A stream that names the filter Crypt says itself how it is encrypted, and all that do say: not at all.
    const bool plain = !filters.empty() && filters.front().name == "Crypt";
    const bool embedded = get(object.value, "Type").is_name("EmbeddedFile");
    if (!plain && embedded && crypt_->embedded_locked()) {
      Filtered locked;
      locked.stopped_at = "Crypt";
      return locked;
    }
    if (!plain)
      decrypted = crypt_->decrypt(raw, object.number, object.generation,
                                  embedded ? PdfCrypt::Use::embedded : PdfCrypt::Use::stream);
    if (!plain) raw = decrypted;
  }
  const std::uint64_t left = limits_.archive_bytes_max - std::min(limits_.archive_bytes_max, unpacked_bytes_);
  // A bomb: all streams together may expand by the ratio of an archive's members.
  std::uint64_t cap = std::min({kStreamBytesMax, left, limits_.member_bytes_max});
  if (unpacked_bytes_ > limits_.expansion_grace_bytes)
    cap = std::min<std::uint64_t>(cap, object.stream.size() * limits_.expansion_ratio_max + 1024);
  Filtered out = apply_filters(raw, filters, cap, inflater_);
  unpacked_bytes_ += out.bytes.size();
  if (out.damaged) damaged_.push_back(object.stream);
  if (out.limited) limited_.push_back(object.stream);
  return out;
}

std::string PdfDocument::string_bytes(const PdfObject &owner, const PdfValue &string) const {
  std::string bytes = pdf_string_bytes(string);
  if (crypt_ && !owner.packed && crypt_->covers(owner))
    return crypt_->decrypt(bytes, owner.number, owner.generation, PdfCrypt::Use::string);
  return bytes;
}

}  // namespace dislodge::file
