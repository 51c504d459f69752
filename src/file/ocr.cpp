#include "file/ocr.hpp"

#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kKept = 10'000;  // pictures whose text is remembered
constexpr int kLeastSide = 24;         // pixels: no line of text is lower or narrower
constexpr int kLeastPixels = 1500;
constexpr int kSmallHeight = 600;  // below it letters are enlarged: tesseract wants 30 pixels a line
constexpr unsigned long kGrey = 0x30303859;  // zbar's format: "Y800"
constexpr int kLstmOnly = 1;
constexpr int kLeastConfidence = 30;  // of tesseract, 0 to 100: below it is noise of photographs

// The parts of the C interfaces that are used (leptonica's allheaders.h, tesseract's capi.h, zbar.h).
struct Pix;
struct Functions {
  Pix *(*pixReadMem)(const unsigned char *, std::size_t) = nullptr;
  int (*pixReadHeaderMem)(const unsigned char *, std::size_t, int *, int *, int *, int *, int *,
                          int *) = nullptr;
  void (*pixDestroy)(Pix **) = nullptr;
  int (*pixGetWidth)(const Pix *) = nullptr;
  int (*pixGetHeight)(const Pix *) = nullptr;
  int (*pixGetWpl)(const Pix *) = nullptr;
  std::uint32_t *(*pixGetData)(Pix *) = nullptr;
  Pix *(*pixConvertTo8)(Pix *, int) = nullptr;
  Pix *(*pixScale)(Pix *, float, float) = nullptr;
  int (*setMsgSeverity)(int) = nullptr;

  void *(*TessBaseAPICreate)() = nullptr;
  int (*TessBaseAPIInit5)(void *, const char *, int, const char *, int, char **, int, char **, char **,
                          std::size_t, int) = nullptr;
  int (*TessBaseAPISetVariable)(void *, const char *, const char *) = nullptr;
  void (*TessBaseAPISetImage2)(void *, Pix *) = nullptr;
  void (*TessBaseAPISetSourceResolution)(void *, int) = nullptr;
  int (*TessBaseAPIRecognize)(void *, void *) = nullptr;
  char *(*TessBaseAPIGetUTF8Text)(void *) = nullptr;
  int (*TessBaseAPIMeanTextConf)(void *) = nullptr;
  void (*TessBaseAPIClear)(void *) = nullptr;
  void (*TessDeleteText)(const char *) = nullptr;
  void *(*TessMonitorCreate)() = nullptr;
  void (*TessMonitorDelete)(void *) = nullptr;
  void (*TessMonitorSetDeadlineMSecs)(void *, int) = nullptr;

  void *(*zbar_image_scanner_create)() = nullptr;
  int (*zbar_image_scanner_set_config)(void *, int, int, int) = nullptr;
  void *(*zbar_image_create)() = nullptr;
  void (*zbar_image_destroy)(void *) = nullptr;
  void (*zbar_image_set_format)(void *, unsigned long) = nullptr;
  void (*zbar_image_set_size)(void *, unsigned, unsigned) = nullptr;
  void (*zbar_image_set_data)(void *, const void *, unsigned long, void (*)(void *)) = nullptr;
  int (*zbar_scan_image)(void *, void *) = nullptr;
  const void *(*zbar_image_first_symbol)(const void *) = nullptr;
  const void *(*zbar_symbol_next)(const void *) = nullptr;
  const char *(*zbar_symbol_get_data)(const void *) = nullptr;
  unsigned (*zbar_symbol_get_data_length)(const void *) = nullptr;
};

template <typename F>
bool load(void *library, const char *name, F &function) {
  function = library == nullptr ? nullptr : reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}
#define DISLODGE_LOAD(library, name) load(library, #name, f.name)

bool load_leptonica_and_tesseract(Functions &f) {
  void *leptonica = ::dlopen("liblept.so.5", RTLD_NOW | RTLD_LOCAL);
  void *tesseract = ::dlopen("libtesseract.so.5", RTLD_NOW | RTLD_LOCAL);
  void *zbar = ::dlopen("libzbar.so.0", RTLD_NOW | RTLD_LOCAL);
  const bool codes =
      DISLODGE_LOAD(zbar, zbar_image_scanner_create) && DISLODGE_LOAD(zbar, zbar_image_scanner_set_config) &&
      DISLODGE_LOAD(zbar, zbar_image_create) && DISLODGE_LOAD(zbar, zbar_image_destroy) &&
      DISLODGE_LOAD(zbar, zbar_image_set_format) && DISLODGE_LOAD(zbar, zbar_image_set_size) &&
      DISLODGE_LOAD(zbar, zbar_image_set_data) && DISLODGE_LOAD(zbar, zbar_scan_image) &&
      DISLODGE_LOAD(zbar, zbar_image_first_symbol) && DISLODGE_LOAD(zbar, zbar_symbol_next) &&
      DISLODGE_LOAD(zbar, zbar_symbol_get_data) && DISLODGE_LOAD(zbar, zbar_symbol_get_data_length);
  if (!codes) f.zbar_image_scanner_create = nullptr;
  return DISLODGE_LOAD(leptonica, pixReadMem) && DISLODGE_LOAD(leptonica, pixReadHeaderMem) &&
         DISLODGE_LOAD(leptonica, pixDestroy) && DISLODGE_LOAD(leptonica, pixGetWidth) &&
         DISLODGE_LOAD(leptonica, pixGetHeight) && DISLODGE_LOAD(leptonica, pixGetWpl) &&
         DISLODGE_LOAD(leptonica, pixGetData) && DISLODGE_LOAD(leptonica, pixConvertTo8) &&
         DISLODGE_LOAD(leptonica, pixScale) && DISLODGE_LOAD(leptonica, setMsgSeverity) &&
         DISLODGE_LOAD(tesseract, TessBaseAPICreate) && DISLODGE_LOAD(tesseract, TessBaseAPIInit5) &&
         DISLODGE_LOAD(tesseract, TessBaseAPISetVariable) && DISLODGE_LOAD(tesseract, TessBaseAPISetImage2) &&
         DISLODGE_LOAD(tesseract, TessBaseAPISetSourceResolution) &&
         DISLODGE_LOAD(tesseract, TessBaseAPIRecognize) && DISLODGE_LOAD(tesseract, TessBaseAPIGetUTF8Text) &&
         DISLODGE_LOAD(tesseract, TessBaseAPIMeanTextConf) && DISLODGE_LOAD(tesseract, TessBaseAPIClear) &&
         DISLODGE_LOAD(tesseract, TessDeleteText) && DISLODGE_LOAD(tesseract, TessMonitorCreate) &&
         DISLODGE_LOAD(tesseract, TessMonitorDelete) && DISLODGE_LOAD(tesseract, TessMonitorSetDeadlineMSecs);
}
#undef DISLODGE_LOAD

// Latin script reads most European languages; English comes with every installation.
std::filesystem::path language_data() {
  std::vector<std::filesystem::path> folders;
  if (const char *told = std::getenv("TESSDATA_PREFIX"); told != nullptr) folders.emplace_back(told);
  folders.emplace_back("/usr/share/tesseract-ocr/5/tessdata");
  folders.emplace_back("/usr/share/tesseract-ocr/4.00/tessdata");
  folders.emplace_back("/usr/share/tessdata");
  for (const char *name : {"Latin.traineddata", "script/Latin.traineddata", "eng.traineddata"})
    for (const std::filesystem::path &folder : folders)
      if (base::is_there(folder / name)) return folder / name;
  return {};
}

}  // namespace

struct Ocr::Engine {
  Functions f;
  bool loaded = false;
  base::MappedFile data;
  void *tesseract = nullptr;
  bool broken = false;  // it would not start in here
  void *scanner = nullptr;
  base::Limits limits;
  std::uint32_t left = 0;
  std::unordered_map<std::string, Reading> known;

  bool start() {
    if (tesseract != nullptr || broken) return !broken;
    void *made = f.TessBaseAPICreate();
    broken = made == nullptr ||
             f.TessBaseAPIInit5(made, data.bytes().data(), static_cast<int>(data.bytes().size()), "eng",
                                kLstmOnly, nullptr, 0, nullptr, nullptr, 0, 0) != 0;
    // What it cannot start with is a few megabytes, kept to the worker's end.
    if (broken) return false;
    f.TessBaseAPISetVariable(made, "debug_file", "/dev/null");
    tesseract = made;
    if (f.zbar_image_scanner_create != nullptr) scanner = f.zbar_image_scanner_create();
    return true;
  }

  void read_codes(Pix *grey, Reading &out) {
    if (scanner == nullptr) return;
    const auto width = static_cast<std::size_t>(f.pixGetWidth(grey));
    const auto height = static_cast<std::size_t>(f.pixGetHeight(grey));
    const auto words = static_cast<std::size_t>(f.pixGetWpl(grey));
    const std::uint32_t *rows = f.pixGetData(grey);
    // Leptonica keeps four pixels in a word, the first in its highest byte.
    std::string pixels(width * height, '\0');
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x)
        pixels[y * width + x] = static_cast<char>(rows[y * words + x / 4] >> (24 - 8 * (x % 4)));
    void *image = f.zbar_image_create();
    if (image == nullptr) return;
    f.zbar_image_set_format(image, kGrey);
    f.zbar_image_set_size(image, static_cast<unsigned>(width), static_cast<unsigned>(height));
    f.zbar_image_set_data(image, pixels.data(), pixels.size(), nullptr);
    if (f.zbar_scan_image(scanner, image) > 0)
      for (const void *symbol = f.zbar_image_first_symbol(image); symbol != nullptr;
           symbol = f.zbar_symbol_next(symbol)) {
        const std::string_view text(f.zbar_symbol_get_data(symbol), f.zbar_symbol_get_data_length(symbol));
        out.codes += base::to_valid_utf8(text);
        out.codes += '\n';
      }
    f.zbar_image_destroy(image);
  }

  Reading look(std::string_view picture) {
    Reading out;
    const auto *bytes = reinterpret_cast<const unsigned char *>(picture.data());
    int format = 0, width = 0, height = 0, bits = 0, samples = 0, mapped = 0;
    if (f.pixReadHeaderMem(bytes, picture.size(), &format, &width, &height, &bits, &samples, &mapped) != 0 ||
        width <= 0 || height <= 0) {
      out.state = State::unsupported;
      return out;
    }
    const std::uint64_t pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
    if (pixels > limits.image_pixels_max) {
      out.state = State::too_large;
      return out;
    }
    out.state = State::read;
    if (width < kLeastSide || height < kLeastSide / 2 || pixels < kLeastPixels) return out;  // no text fits
    if (left == 0) {
      out.state = State::spent;
      return out;
    }
    --left;
    Pix *pix = f.pixReadMem(bytes, picture.size());
    if (pix == nullptr) {
      out.state = State::unsupported;
      return out;
    }
    Pix *grey = f.pixConvertTo8(pix, 0);
    f.pixDestroy(&pix);
    if (grey == nullptr) {
      out.state = State::unsupported;
      return out;
    }
    read_codes(grey, out);
    if (height < kSmallHeight && pixels < 1'000'000) {
      if (Pix *larger = f.pixScale(grey, 2.0F, 2.0F); larger != nullptr) {
        f.pixDestroy(&grey);
        grey = larger;
      }
    }
    f.TessBaseAPISetImage2(tesseract, grey);
    f.TessBaseAPISetSourceResolution(tesseract, 150);
    void *monitor = f.TessMonitorCreate();
    const auto milliseconds = static_cast<int>(limits.ocr_seconds_per_image * 1000);
    f.TessMonitorSetDeadlineMSecs(monitor, milliseconds);
    const auto begin = std::chrono::steady_clock::now();
    const bool done = f.TessBaseAPIRecognize(tesseract, monitor) == 0;
    if (!done || std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(milliseconds))
      out.state = State::timed_out;
    if (char *text = f.TessBaseAPIGetUTF8Text(tesseract); text != nullptr) {
      if (f.TessBaseAPIMeanTextConf(tesseract) >= kLeastConfidence) out.text = base::to_valid_utf8(text);
      f.TessDeleteText(text);
    }
    f.TessMonitorDelete(monitor);
    f.TessBaseAPIClear(tesseract);
    f.pixDestroy(&grey);
    return out;
  }
};

Ocr::Ocr() : engine_(std::make_unique<Engine>()) {}
Ocr::~Ocr() = default;

void Ocr::prepare() {
  // One thread a worker; libgomp reads it when it is loaded.
  ::setenv("OMP_THREAD_LIMIT", "1", 1);
  const std::filesystem::path path = language_data();
  if (path.empty() || !load_leptonica_and_tesseract(engine_->f)) return;
  engine_->f.setMsgSeverity(6);  // says nothing on stderr
  auto data = base::MappedFile::open(path);
  if (!data) return;
  engine_->data = std::move(*data);
  engine_->loaded = true;
}

void Ocr::begin_unit(const base::Limits &limits) {
  engine_->limits = limits;
  engine_->left = limits.ocr_images_max;
  engine_->known.clear();
}

Ocr::Reading Ocr::read(std::string_view picture) {
  Reading out;
  if (engine_->limits.ocr_images_max == 0) {
    out.state = State::off;
    return out;
  }
  if (!engine_->loaded || !engine_->start()) return out;
  const std::string digest(base::as_bytes(base::sha256(picture)));
  if (const auto known = engine_->known.find(digest); known != engine_->known.end()) return known->second;
  out = engine_->look(picture);
  if (engine_->known.size() < kKept) engine_->known.emplace(digest, out);
  return out;
}

}  // namespace dislodge::file
