// A role of AWS that trusts an account leaves it to that account who takes it. Of ours a listing says who
// may; of another's nobody here knows, so that nothing excludes any of its credentials. The external id that
// a trust may ask for is no secret
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html).

#include "identity/places.hpp"
#include "reach/program_builder.hpp"

namespace dislodge::reach {

void Builder::trust_account(const identity::Grant &grant) {
  if (aws_accounts_.empty()) {
    aws_accounts_[""];
    for (const identity::Principal &principal : facts_.principals) {
      if (!principal.id.starts_with("principal:aws/")) continue;
      AwsAccount &account = aws_accounts_[identity::place_of(principal.id)];
      account.principals.push_back(principal.id);
      account.listed |= principal.attributes.contains("created");
    }
  }
  const identity::Right *trusts = rights_.find("aws-trusts");
  const auto found = aws_accounts_.find(grant.from);
  if (trusts == nullptr || found == aws_accounts_.end() || found->second.listed) return;
  const NodeId role = thing(grant.to);
  for (const std::string_view principal : found->second.principals)
    if (principal != grant.from) follow(grant, *trusts, thing(principal), role);
}

}  // namespace dislodge::reach
