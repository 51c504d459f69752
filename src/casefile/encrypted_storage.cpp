#include "casefile/encrypted_storage.hpp"

#include <openssl/evp.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

namespace dislodge::casefile {

namespace {

constexpr const char *kName = "dislodge-encrypted";
// The database is written in pages of 4096; the write-ahead log in frames of 24 + 4096 bytes behind a header
// of 32, so its sectors are small to keep the read-modify-write at frame edges cheap.
constexpr sqlite3_int64 kDatabaseSector = 4096;
constexpr sqlite3_int64 kLogSector = 512;

base::SecretBytes g_key;
sqlite3_vfs *g_real = nullptr;

// One open file: our methods, then the real file of the VFS below, placed right behind by SQLite's
// allocation.
struct File {
  sqlite3_file base;
  sqlite3_int64 sector;  // 0: passed through unchanged
  EVP_CIPHER_CTX *encrypt;
  EVP_CIPHER_CTX *decrypt;
  sqlite3_file *real() { return reinterpret_cast<sqlite3_file *>(this + 1); }
};

File *as_file(sqlite3_file *file) {
  return reinterpret_cast<File *>(file);
}

bool cipher(EVP_CIPHER_CTX *context, bool encrypting, sqlite3_int64 sector_number, unsigned char *bytes,
            int size) {
  unsigned char tweak[16] = {};
  for (int i = 0; i < 8; ++i) tweak[i] = static_cast<unsigned char>(sector_number >> (8 * i));
  int done = 0;
  // Only the tweak changes; key schedule and cipher stay as set at open.
  if (EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, tweak, encrypting ? 1 : 0) != 1) return false;
  return EVP_CipherUpdate(context, bytes, &done, bytes, size) == 1 && done == size;
}

bool all_zero(const unsigned char *bytes, sqlite3_int64 size) {
  return std::all_of(bytes, bytes + size, [](unsigned char byte) { return byte == 0; });
}

// Reads one whole sector in clear. A sector beyond the end of the file is zeros; `cut` says that the file
// ends before the sector does.
int read_sector(File *file, sqlite3_int64 number, unsigned char *out, bool &cut) {
  const int code =
      file->real()->pMethods->xRead(file->real(), out, static_cast<int>(file->sector), number * file->sector);
  // xRead has filled the rest with zeros. A torn tail cannot be deciphered; SQLite's checksums reject it.
  if (code == SQLITE_IOERR_SHORT_READ)
    cut = true;
  else if (code != SQLITE_OK)
    return code;
  if (all_zero(out, file->sector)) return SQLITE_OK;
  return cipher(file->decrypt, false, number, out, static_cast<int>(file->sector)) ? SQLITE_OK
                                                                                   : SQLITE_IOERR_READ;
}

int x_close(sqlite3_file *handle) {
  File *file = as_file(handle);
  EVP_CIPHER_CTX_free(file->encrypt);
  EVP_CIPHER_CTX_free(file->decrypt);
  return file->real()->pMethods != nullptr ? file->real()->pMethods->xClose(file->real()) : SQLITE_OK;
}

int x_read(sqlite3_file *handle, void *buffer, int amount, sqlite3_int64 offset) {
  File *file = as_file(handle);
  if (file->sector == 0) return file->real()->pMethods->xRead(file->real(), buffer, amount, offset);
  auto *out = static_cast<unsigned char *>(buffer);
  unsigned char sector[kDatabaseSector];
  const sqlite3_int64 end = offset + amount;
  bool cut = false;
  for (sqlite3_int64 at = offset; at < end;) {
    const sqlite3_int64 number = at / file->sector;
    const sqlite3_int64 within = at % file->sector;
    const sqlite3_int64 take = std::min(file->sector - within, end - at);
    const bool whole = take == file->sector;  // as a page of the database is: deciphered where it is wanted
    unsigned char *const place = whole ? out + (at - offset) : sector;
    if (const int code = read_sector(file, number, place, cut); code != SQLITE_OK) return code;
    if (!whole) std::memcpy(out + (at - offset), sector + within, static_cast<std::size_t>(take));
    at += take;
  }
  if (!cut) return SQLITE_OK;
  sqlite3_int64 size = 0;
  if (const int code = file->real()->pMethods->xFileSize(file->real(), &size); code != SQLITE_OK) return code;
  return end > size ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

int x_write(sqlite3_file *handle, const void *buffer, int amount, sqlite3_int64 offset) {
  File *file = as_file(handle);
  if (file->sector == 0) return file->real()->pMethods->xWrite(file->real(), buffer, amount, offset);
  const auto *in = static_cast<const unsigned char *>(buffer);
  unsigned char sector[kDatabaseSector];
  const sqlite3_int64 end = offset + amount;
  for (sqlite3_int64 at = offset; at < end;) {
    const sqlite3_int64 number = at / file->sector;
    const sqlite3_int64 within = at % file->sector;
    const sqlite3_int64 take = std::min(file->sector - within, end - at);
    if (take < file->sector) {
      bool cut = false;
      if (const int code = read_sector(file, number, sector, cut); code != SQLITE_OK) return code;
    }
    std::memcpy(sector + within, in + (at - offset), static_cast<std::size_t>(take));
    if (!cipher(file->encrypt, true, number, sector, static_cast<int>(file->sector)))
      return SQLITE_IOERR_WRITE;
    if (const int code = file->real()->pMethods->xWrite(file->real(), sector, static_cast<int>(file->sector),
                                                        number * file->sector);
        code != SQLITE_OK)
      return code;
    at += take;
  }
  return SQLITE_OK;
}

int x_truncate(sqlite3_file *handle, sqlite3_int64 size) {
  File *file = as_file(handle);
  if (file->sector != 0) size = (size + file->sector - 1) / file->sector * file->sector;
  return file->real()->pMethods->xTruncate(file->real(), size);
}

template <auto Method, typename... Arguments>
int forward(sqlite3_file *handle, Arguments... arguments) {
  File *file = as_file(handle);
  return (file->real()->pMethods->*Method)(file->real(), arguments...);
}
void x_barrier(sqlite3_file *handle) {
  as_file(handle)->real()->pMethods->xShmBarrier(as_file(handle)->real());
}

// Version 2: with shared memory for the write-ahead log, without memory-mapped pages.
const sqlite3_io_methods kMethods = {
    2,
    x_close,
    x_read,
    x_write,
    x_truncate,
    forward<&sqlite3_io_methods::xSync, int>,
    forward<&sqlite3_io_methods::xFileSize, sqlite3_int64 *>,
    forward<&sqlite3_io_methods::xLock, int>,
    forward<&sqlite3_io_methods::xUnlock, int>,
    forward<&sqlite3_io_methods::xCheckReservedLock, int *>,
    forward<&sqlite3_io_methods::xFileControl, int, void *>,
    forward<&sqlite3_io_methods::xSectorSize>,
    forward<&sqlite3_io_methods::xDeviceCharacteristics>,
    forward<&sqlite3_io_methods::xShmMap, int, int, int, void volatile **>,
    forward<&sqlite3_io_methods::xShmLock, int, int, int>,
    x_barrier,
    forward<&sqlite3_io_methods::xShmUnmap, int>,
    nullptr,
    nullptr,
};

EVP_CIPHER_CTX *new_context(std::string_view key, bool encrypting) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (context != nullptr && EVP_CipherInit_ex(context, EVP_aes_256_xts(), nullptr,
                                              reinterpret_cast<const unsigned char *>(key.data()), nullptr,
                                              encrypting ? 1 : 0) != 1) {
    EVP_CIPHER_CTX_free(context);
    context = nullptr;
  }
  return context;
}

int x_open(sqlite3_vfs *, const char *name, sqlite3_file *handle, int flags, int *out_flags) {
  File *file = new (handle) File{};
  const int code = g_real->xOpen(g_real, name, file->real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
    const bool log = (flags & SQLITE_OPEN_WAL) != 0;
    const std::string_view key = g_key.view().substr(log ? 64 : 0, 64);
    file->sector = log ? kLogSector : kDatabaseSector;
    file->encrypt = new_context(key, true);
    file->decrypt = new_context(key, false);
    if (file->encrypt == nullptr || file->decrypt == nullptr) {
      file->base.pMethods = &kMethods;
      return SQLITE_NOMEM;
    }
  }
  file->base.pMethods = &kMethods;
  return SQLITE_OK;
}

}  // namespace

base::Result<std::string> register_encrypted_storage(std::string_view key) {
  if (key.size() != kStorageKeyBytes)
    return base::fail(base::ErrorKind::internal, "the storage key has a wrong size");
  // Not written again where it is the same: other threads may be opening files of the same case.
  if (g_key.view() != key) g_key = base::SecretBytes(key);
  if (g_real == nullptr) {
    g_real = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs ours;
    ours = *g_real;
    ours.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
    ours.zName = kName;
    ours.pNext = nullptr;
    ours.xOpen = x_open;
    if (sqlite3_vfs_register(&ours, 0) != SQLITE_OK)
      return base::fail(base::ErrorKind::internal, "the encrypted storage cannot be registered");
  }
  return std::string(kName);
}

}  // namespace dislodge::casefile
