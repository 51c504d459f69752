#pragma once
// Whose tenant an object is in, as the directories of the case say. Logs that do not name their tenant
// (Graph's records of sign-ins and audit events) are told by it whose they are: log::fill_tenants(events,
// ObjectTenants(facts)).

#include <string>
#include <string_view>
#include <unordered_map>

#include "identity/fact.hpp"

namespace dislodge::identity {

class ObjectTenants {
 public:
  // Nothing is indexed before the first question, which most cases never ask. `facts` must outlive it.
  explicit ObjectTenants(const Facts &facts) : facts_(facts) {}
  // By object id or user principal name, in lower case; "" where no directory or several have it.
  std::string_view operator()(std::string_view object);

 private:
  const Facts &facts_;
  bool indexed_ = false;
  std::unordered_map<std::string_view, std::string_view> tenant_of_;  // "": several
};

}  // namespace dislodge::identity
