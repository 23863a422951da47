// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// AgentsAPI is what the API can do with agents.
type AgentsAPI struct{ c *Client }

// Agents is what the API can do with agents.
func (c *Client) Agents() AgentsAPI { return AgentsAPI{c} }

// AliasesAPI is what the API can do with aliases.
type AliasesAPI struct{ c *Client }

// Aliases is what the API can do with aliases.
func (c *Client) Aliases() AliasesAPI { return AliasesAPI{c} }

// ApplicantsAPI is what the API can do with applicants.
type ApplicantsAPI struct{ c *Client }

// Applicants is what the API can do with applicants.
func (c *Client) Applicants() ApplicantsAPI { return ApplicantsAPI{c} }

// ApprovalsAPI is what the API can do with approvals.
type ApprovalsAPI struct{ c *Client }

// Approvals is what the API can do with approvals.
func (c *Client) Approvals() ApprovalsAPI { return ApprovalsAPI{c} }

// AuditAPI is what the API can do with audit.
type AuditAPI struct{ c *Client }

// Audit is what the API can do with audit.
func (c *Client) Audit() AuditAPI { return AuditAPI{c} }

// BudgetRequestsAPI is what the API can do with budget requests.
type BudgetRequestsAPI struct{ c *Client }

// BudgetRequests is what the API can do with budget requests.
func (c *Client) BudgetRequests() BudgetRequestsAPI { return BudgetRequestsAPI{c} }

// BudgetsAPI is what the API can do with budgets.
type BudgetsAPI struct{ c *Client }

// Budgets is what the API can do with budgets.
func (c *Client) Budgets() BudgetsAPI { return BudgetsAPI{c} }

// ConnectionsAPI is what the API can do with connections.
type ConnectionsAPI struct{ c *Client }

// Connections is what the API can do with connections.
func (c *Client) Connections() ConnectionsAPI { return ConnectionsAPI{c} }

// DataRulesAPI is what the API can do with data rules.
type DataRulesAPI struct{ c *Client }

// DataRules is what the API can do with data rules.
func (c *Client) DataRules() DataRulesAPI { return DataRulesAPI{c} }

// DepartmentsAPI is what the API can do with departments.
type DepartmentsAPI struct{ c *Client }

// Departments is what the API can do with departments.
func (c *Client) Departments() DepartmentsAPI { return DepartmentsAPI{c} }

// DirectoryAPI is what the API can do with directory.
type DirectoryAPI struct{ c *Client }

// Directory is what the API can do with directory.
func (c *Client) Directory() DirectoryAPI { return DirectoryAPI{c} }

// DomainsAPI is what the API can do with domains.
type DomainsAPI struct{ c *Client }

// Domains is what the API can do with domains.
func (c *Client) Domains() DomainsAPI { return DomainsAPI{c} }

// FactorsAPI is what the API can do with factors.
type FactorsAPI struct{ c *Client }

// Factors is what the API can do with factors.
func (c *Client) Factors() FactorsAPI { return FactorsAPI{c} }

// HealthAPI is what the API can do with health.
type HealthAPI struct{ c *Client }

// Health is what the API can do with health.
func (c *Client) Health() HealthAPI { return HealthAPI{c} }

// IncidentsAPI is what the API can do with incidents.
type IncidentsAPI struct{ c *Client }

// Incidents is what the API can do with incidents.
func (c *Client) Incidents() IncidentsAPI { return IncidentsAPI{c} }

// InvitationsAPI is what the API can do with invitations.
type InvitationsAPI struct{ c *Client }

// Invitations is what the API can do with invitations.
func (c *Client) Invitations() InvitationsAPI { return InvitationsAPI{c} }

// KeysAPI is what the API can do with keys.
type KeysAPI struct{ c *Client }

// Keys is what the API can do with keys.
func (c *Client) Keys() KeysAPI { return KeysAPI{c} }

// LimitRequestsAPI is what the API can do with limit requests.
type LimitRequestsAPI struct{ c *Client }

// LimitRequests is what the API can do with limit requests.
func (c *Client) LimitRequests() LimitRequestsAPI { return LimitRequestsAPI{c} }

// LimitsAPI is what the API can do with limits.
type LimitsAPI struct{ c *Client }

// Limits is what the API can do with limits.
func (c *Client) Limits() LimitsAPI { return LimitsAPI{c} }

// LoginPolicyAPI is what the API can do with login policy.
type LoginPolicyAPI struct{ c *Client }

// LoginPolicy is what the API can do with login policy.
func (c *Client) LoginPolicy() LoginPolicyAPI { return LoginPolicyAPI{c} }

// MembersAPI is what the API can do with members.
type MembersAPI struct{ c *Client }

// Members is what the API can do with members.
func (c *Client) Members() MembersAPI { return MembersAPI{c} }

// ModelTiersAPI is what the API can do with model tiers.
type ModelTiersAPI struct{ c *Client }

// ModelTiers is what the API can do with model tiers.
func (c *Client) ModelTiers() ModelTiersAPI { return ModelTiersAPI{c} }

// ModelsAPI is what the API can do with models.
type ModelsAPI struct{ c *Client }

// Models is what the API can do with models.
func (c *Client) Models() ModelsAPI { return ModelsAPI{c} }

// OrganizationAPI is what the API can do with organization.
type OrganizationAPI struct{ c *Client }

// Organization is what the API can do with organization.
func (c *Client) Organization() OrganizationAPI { return OrganizationAPI{c} }

// OverridesAPI is what the API can do with overrides.
type OverridesAPI struct{ c *Client }

// Overrides is what the API can do with overrides.
func (c *Client) Overrides() OverridesAPI { return OverridesAPI{c} }

// PoliciesAPI is what the API can do with policies.
type PoliciesAPI struct{ c *Client }

// Policies is what the API can do with policies.
func (c *Client) Policies() PoliciesAPI { return PoliciesAPI{c} }

// PricesAPI is what the API can do with prices.
type PricesAPI struct{ c *Client }

// Prices is what the API can do with prices.
func (c *Client) Prices() PricesAPI { return PricesAPI{c} }

// ProvidersAPI is what the API can do with providers.
type ProvidersAPI struct{ c *Client }

// Providers is what the API can do with providers.
func (c *Client) Providers() ProvidersAPI { return ProvidersAPI{c} }

// ReconcileAPI is what the API can do with reconcile.
type ReconcileAPI struct{ c *Client }

// Reconcile is what the API can do with reconcile.
func (c *Client) Reconcile() ReconcileAPI { return ReconcileAPI{c} }

// RehearsalsAPI is what the API can do with rehearsals.
type RehearsalsAPI struct{ c *Client }

// Rehearsals is what the API can do with rehearsals.
func (c *Client) Rehearsals() RehearsalsAPI { return RehearsalsAPI{c} }

// RequestsAPI is what the API can do with requests.
type RequestsAPI struct{ c *Client }

// Requests is what the API can do with requests.
func (c *Client) Requests() RequestsAPI { return RequestsAPI{c} }

// RoutesAPI is what the API can do with routes.
type RoutesAPI struct{ c *Client }

// Routes is what the API can do with routes.
func (c *Client) Routes() RoutesAPI { return RoutesAPI{c} }

// RoutingAPI is what the API can do with routing.
type RoutingAPI struct{ c *Client }

// Routing is what the API can do with routing.
func (c *Client) Routing() RoutingAPI { return RoutingAPI{c} }

// RulesAPI is what the API can do with rules.
type RulesAPI struct{ c *Client }

// Rules is what the API can do with rules.
func (c *Client) Rules() RulesAPI { return RulesAPI{c} }

// ServiceAccountsAPI is what the API can do with service accounts.
type ServiceAccountsAPI struct{ c *Client }

// ServiceAccounts is what the API can do with service accounts.
func (c *Client) ServiceAccounts() ServiceAccountsAPI { return ServiceAccountsAPI{c} }

// SessionsAPI is what the API can do with sessions.
type SessionsAPI struct{ c *Client }

// Sessions is what the API can do with sessions.
func (c *Client) Sessions() SessionsAPI { return SessionsAPI{c} }

// SsoAPI is what the API can do with sso.
type SsoAPI struct{ c *Client }

// Sso is what the API can do with sso.
func (c *Client) Sso() SsoAPI { return SsoAPI{c} }

// TeamsAPI is what the API can do with teams.
type TeamsAPI struct{ c *Client }

// Teams is what the API can do with teams.
func (c *Client) Teams() TeamsAPI { return TeamsAPI{c} }

// TimeoutsAPI is what the API can do with timeouts.
type TimeoutsAPI struct{ c *Client }

// Timeouts is what the API can do with timeouts.
func (c *Client) Timeouts() TimeoutsAPI { return TimeoutsAPI{c} }

// TokensAPI is what the API can do with tokens.
type TokensAPI struct{ c *Client }

// Tokens is what the API can do with tokens.
func (c *Client) Tokens() TokensAPI { return TokensAPI{c} }

// TrialsAPI is what the API can do with trials.
type TrialsAPI struct{ c *Client }

// Trials is what the API can do with trials.
func (c *Client) Trials() TrialsAPI { return TrialsAPI{c} }

// UsageAPI is what the API can do with usage.
type UsageAPI struct{ c *Client }

// Usage is what the API can do with usage.
func (c *Client) Usage() UsageAPI { return UsageAPI{c} }

// WhoamiAPI is what the API can do with whoami.
type WhoamiAPI struct{ c *Client }

// Whoami is what the API can do with whoami.
func (c *Client) Whoami() WhoamiAPI { return WhoamiAPI{c} }

// Show: Show a login policy.
func (a LoginPolicyAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Policy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/login-policy", query, nil, &out, calls)
	return out, err
}

// Set: Set a login policy.
func (a LoginPolicyAPI) Set(ctx context.Context, in Policy, calls ...Call) (out Policy, err error) {
	err = a.c.do(ctx, http.MethodPut, "/login-policy", nil, in, &out, calls)
	return out, err
}

// List: List sessions.
func (a SessionsAPI) List(ctx context.Context, id string, query url.Values, calls ...Call) (out SessionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members/"+url.PathEscape(id)+"/sessions", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a SessionsAPI) All(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Session, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (SessionList, error) {
		return a.List(ctx, id, query, calls...)
	}, func(p SessionList) ([]Session, string) { return p.Data, p.Next })
}

// EndAll: End all a session.
func (a SessionsAPI) EndAll(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id)+"/sessions", nil, nil, nil, calls)
}

// End: End a session.
func (a SessionsAPI) End(ctx context.Context, id string, session string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id)+"/sessions/"+url.PathEscape(session), nil, nil, nil, calls)
}

// Show: Show a factor.
func (a FactorsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Factors, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members/"+url.PathEscape(id)+"/factors", query, nil, &out, calls)
	return out, err
}

// Reset: Reset a factor.
func (a FactorsAPI) Reset(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id)+"/factors", nil, nil, nil, calls)
}

// Show: Show whose token this is and what it may do. Every token may ask.
func (a WhoamiAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Whoami, err error) {
	err = a.c.do(ctx, http.MethodGet, "/whoami", query, nil, &out, calls)
	return out, err
}

// List: List management tokens, newest first: all of them to organization admins, their personal ones to others.
func (a TokensAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TokenList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/tokens", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TokensAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Token, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TokenList, error) { return a.List(ctx, query, calls...) }, func(p TokenList) ([]Token, string) { return p.Data, p.Next })
}

// Create: Create a management token. Its secret is in this answer and nowhere else.
func (a TokensAPI) Create(ctx context.Context, in TokenInput, calls ...Call) (out IdentityNewToken, err error) {
	err = a.c.do(ctx, http.MethodPost, "/tokens", nil, in, &out, calls)
	return out, err
}

// Show: Show a token.
func (a TokensAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Token, err error) {
	err = a.c.do(ctx, http.MethodGet, "/tokens/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Revoke: Revoke a token: its next request is refused.
func (a TokensAPI) Revoke(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/tokens/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Show: Show an organization.
func (a OrganizationAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Organization, err error) {
	err = a.c.do(ctx, http.MethodGet, "/organization", query, nil, &out, calls)
	return out, err
}

// Change: Change an organization.
func (a OrganizationAPI) Change(ctx context.Context, in OrganizationInput, calls ...Call) (out Organization, err error) {
	err = a.c.do(ctx, http.MethodPut, "/organization", nil, in, &out, calls)
	return out, err
}

// Delete: Delete an organization.
func (a OrganizationAPI) Delete(ctx context.Context, in IdentityDeletionInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/organization/delete", nil, in, nil, calls)
}

// List: List members.
func (a MembersAPI) List(ctx context.Context, query url.Values, calls ...Call) (out MemberList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a MembersAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Member, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (MemberList, error) { return a.List(ctx, query, calls...) }, func(p MemberList) ([]Member, string) { return p.Data, p.Next })
}

// Add: Add a member.
func (a MembersAPI) Add(ctx context.Context, in MemberInput, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members", nil, in, &out, calls)
	return out, err
}

// Show: Show a member.
func (a MembersAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Place: Place a member.
func (a MembersAPI) Place(ctx context.Context, id string, in RolesInput, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPut, "/members/"+url.PathEscape(id)+"/roles", nil, in, &out, calls)
	return out, err
}

// Move: Move a member.
func (a MembersAPI) Move(ctx context.Context, id string, in MoveInput, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/move", nil, in, &out, calls)
	return out, err
}

// Disable: Disable a member.
func (a MembersAPI) Disable(ctx context.Context, id string, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/disable", nil, nil, &out, calls)
	return out, err
}

// Enable: Enable a member.
func (a MembersAPI) Enable(ctx context.Context, id string, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/enable", nil, nil, &out, calls)
	return out, err
}

// Remove: Remove a member.
func (a MembersAPI) Remove(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List departments.
func (a DepartmentsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out DepartmentList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/departments", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DepartmentsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Department, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (DepartmentList, error) {
		return a.List(ctx, query, calls...)
	}, func(p DepartmentList) ([]Department, string) { return p.Data, p.Next })
}

// Create: Create a department.
func (a DepartmentsAPI) Create(ctx context.Context, in IdentityNameInput, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments", nil, in, &out, calls)
	return out, err
}

// Show: Show a department.
func (a DepartmentsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodGet, "/departments/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rename: Rename a department.
func (a DepartmentsAPI) Rename(ctx context.Context, id string, in IdentityNameInput, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/departments/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Merge: Merge a department.
func (a DepartmentsAPI) Merge(ctx context.Context, id string, in IdentityIntoInput, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments/"+url.PathEscape(id)+"/merge", nil, in, &out, calls)
	return out, err
}

// Archive: Archive a department.
func (a DepartmentsAPI) Archive(ctx context.Context, id string, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments/"+url.PathEscape(id)+"/archive", nil, nil, &out, calls)
	return out, err
}

// Restore: Restore a department.
func (a DepartmentsAPI) Restore(ctx context.Context, id string, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments/"+url.PathEscape(id)+"/restore", nil, nil, &out, calls)
	return out, err
}

// List: List teams.
func (a TeamsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TeamList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/teams", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TeamsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Team, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TeamList, error) { return a.List(ctx, query, calls...) }, func(p TeamList) ([]Team, string) { return p.Data, p.Next })
}

// Create: Create a team.
func (a TeamsAPI) Create(ctx context.Context, in TeamInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams", nil, in, &out, calls)
	return out, err
}

// Show: Show a team.
func (a TeamsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodGet, "/teams/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rename: Rename a team.
func (a TeamsAPI) Rename(ctx context.Context, id string, in IdentityNameInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/teams/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Move: Move a team.
func (a TeamsAPI) Move(ctx context.Context, id string, in DepartmentInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/move", nil, in, &out, calls)
	return out, err
}

// Merge: Merge a team.
func (a TeamsAPI) Merge(ctx context.Context, id string, in IdentityIntoInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/merge", nil, in, &out, calls)
	return out, err
}

// Archive: Archive a team.
func (a TeamsAPI) Archive(ctx context.Context, id string, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/archive", nil, nil, &out, calls)
	return out, err
}

// Restore: Restore a team.
func (a TeamsAPI) Restore(ctx context.Context, id string, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/restore", nil, nil, &out, calls)
	return out, err
}

// List: List service accounts.
func (a ServiceAccountsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out IdentityAccountList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/service-accounts", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ServiceAccountsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[IdentityAccount, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (IdentityAccountList, error) {
		return a.List(ctx, query, calls...)
	}, func(p IdentityAccountList) ([]IdentityAccount, string) { return p.Data, p.Next })
}

// Create: Create a service account.
func (a ServiceAccountsAPI) Create(ctx context.Context, in IdentityAccountInput, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts", nil, in, &out, calls)
	return out, err
}

// Show: Show a service account.
func (a ServiceAccountsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodGet, "/service-accounts/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rename: Rename a service account.
func (a ServiceAccountsAPI) Rename(ctx context.Context, id string, in IdentityNameInput, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/service-accounts/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Move: Move a service account.
func (a ServiceAccountsAPI) Move(ctx context.Context, id string, in IdentityInTeamInput, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts/"+url.PathEscape(id)+"/move", nil, in, &out, calls)
	return out, err
}

// Archive: Archive a service account.
func (a ServiceAccountsAPI) Archive(ctx context.Context, id string, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts/"+url.PathEscape(id)+"/archive", nil, nil, &out, calls)
	return out, err
}

// Restore: Restore a service account.
func (a ServiceAccountsAPI) Restore(ctx context.Context, id string, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts/"+url.PathEscape(id)+"/restore", nil, nil, &out, calls)
	return out, err
}

// Show: Show a sso.
func (a SsoAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Provider, err error) {
	err = a.c.do(ctx, http.MethodGet, "/sso", query, nil, &out, calls)
	return out, err
}

// Set: Set a sso.
func (a SsoAPI) Set(ctx context.Context, in ProviderInput, calls ...Call) (out Provider, err error) {
	err = a.c.do(ctx, http.MethodPut, "/sso", nil, in, &out, calls)
	return out, err
}

// Remove: Remove a sso.
func (a SsoAPI) Remove(ctx context.Context, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/sso", nil, nil, nil, calls)
}

// Groups: Show the groups of a sso.
func (a SsoAPI) Groups(ctx context.Context, query url.Values, calls ...Call) (out GroupList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/sso/groups", query, nil, &out, calls)
	return out, err
}

// AllGroups is Groups over all pages.
func (a SsoAPI) AllGroups(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Group, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (GroupList, error) { return a.Groups(ctx, query, calls...) }, func(p GroupList) ([]Group, string) { return p.Data, p.Next })
}

// SetGroups: Set groups a sso.
func (a SsoAPI) SetGroups(ctx context.Context, in GroupList, calls ...Call) (out GroupList, err error) {
	err = a.c.do(ctx, http.MethodPut, "/sso/groups", nil, in, &out, calls)
	return out, err
}

// List: List requests.
func (a RequestsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out RequestList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a RequestsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Request, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RequestList, error) { return a.List(ctx, query, calls...) }, func(p RequestList) ([]Request, string) { return p.Data, p.Next })
}

// Show: Show a request.
func (a RequestsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out RequestDetail, err error) {
	err = a.c.do(ctx, http.MethodGet, "/requests/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// List: Add up usage by a dimension.
func (a UsageAPI) List(ctx context.Context, query url.Values, calls ...Call) (out UsageList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a UsageAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Usage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (UsageList, error) { return a.List(ctx, query, calls...) }, func(p UsageList) ([]Usage, string) { return p.Data, p.Next })
}

// Allocation: Share costs out over a tag or a part of the tree.
func (a UsageAPI) Allocation(ctx context.Context, query url.Values, calls ...Call) (out Allocation, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/allocation", query, nil, &out, calls)
	return out, err
}

// AllAllocation is Allocation over all pages.
func (a UsageAPI) AllAllocation(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Usage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (Allocation, error) {
		return a.Allocation(ctx, query, calls...)
	}, func(p Allocation) ([]Usage, string) { return p.Data, p.Next })
}

// List: List keys.
func (a KeysAPI) List(ctx context.Context, query url.Values, calls ...Call) (out KeyList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/keys", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a KeysAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Key, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (KeyList, error) { return a.List(ctx, query, calls...) }, func(p KeyList) ([]Key, string) { return p.Data, p.Next })
}

// Create: Create a key.
func (a KeysAPI) Create(ctx context.Context, in KeyInput, calls ...Call) (out KeyCreated, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys", nil, in, &out, calls)
	return out, err
}

// Revoke: Delete keys that nobody used for 30 days: all that are named, or none.
func (a KeysAPI) Revoke(ctx context.Context, in RevokeInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/keys/revoke", nil, in, nil, calls)
}

// Show: Show a key.
func (a KeysAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodGet, "/keys/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Change a key: whoever may change it may narrow it; widening is for those who may create such a key.
func (a KeysAPI) Update(ctx context.Context, id string, in KeyChange, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/keys/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Rotate: Give a key a new secret, shown once; the old one goes on working for a while.
func (a KeysAPI) Rotate(ctx context.Context, id string, in RotateInput, calls ...Call) (out KeyCreated, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/rotate", nil, in, &out, calls)
	return out, err
}

// Delete: Delete a key.
func (a KeysAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/keys/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Disable: Disable a key.
func (a KeysAPI) Disable(ctx context.Context, id string, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/disable", nil, nil, &out, calls)
	return out, err
}

// Enable: Enable a key.
func (a KeysAPI) Enable(ctx context.Context, id string, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/enable", nil, nil, &out, calls)
	return out, err
}

// List: List providers.
func (a ProvidersAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ProviderKindList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/providers", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ProvidersAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[ProviderKind, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ProviderKindList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ProviderKindList) ([]ProviderKind, string) { return p.Data, p.Next })
}

// List: List connections.
func (a ConnectionsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ConnectionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ConnectionsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Connection, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ConnectionList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ConnectionList) ([]Connection, string) { return p.Data, p.Next })
}

// Create: Create a connection.
func (a ConnectionsAPI) Create(ctx context.Context, in ConnectionInput, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodPost, "/connections", nil, in, &out, calls)
	return out, err
}

// Found: Show the found of a connection.
func (a ConnectionsAPI) Found(ctx context.Context, query url.Values, calls ...Call) (out FoundList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections/found", query, nil, &out, calls)
	return out, err
}

// AllFound is Found over all pages.
func (a ConnectionsAPI) AllFound(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Found, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (FoundList, error) { return a.Found(ctx, query, calls...) }, func(p FoundList) ([]Found, string) { return p.Data, p.Next })
}

// Health: Show the health of a connection.
func (a ConnectionsAPI) Health(ctx context.Context, id string, query url.Values, calls ...Call) (out Health, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections/"+url.PathEscape(id)+"/health", query, nil, &out, calls)
	return out, err
}

// Show: Show a connection.
func (a ConnectionsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a connection.
func (a ConnectionsAPI) Update(ctx context.Context, id string, in ConnectionChange, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/connections/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Rotate: Replace a connection's credential.
func (a ConnectionsAPI) Rotate(ctx context.Context, id string, in CredentialInput, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodPost, "/connections/"+url.PathEscape(id)+"/credential", nil, in, &out, calls)
	return out, err
}

// Test: Test a connection.
func (a ConnectionsAPI) Test(ctx context.Context, id string, calls ...Call) (out Check, err error) {
	err = a.c.do(ctx, http.MethodPost, "/connections/"+url.PathEscape(id)+"/test", nil, nil, &out, calls)
	return out, err
}

// Delete: Delete a connection.
func (a ConnectionsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/connections/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List routes.
func (a RoutesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out RouteList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a RoutesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Route, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RouteList, error) { return a.List(ctx, query, calls...) }, func(p RouteList) ([]Route, string) { return p.Data, p.Next })
}

// Show: Show a route.
func (a RoutesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Apply: Apply a route.
func (a RoutesAPI) Apply(ctx context.Context, in RouteDocument, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routes", nil, in, &out, calls)
	return out, err
}

// Update: Update a route.
func (a RoutesAPI) Update(ctx context.Context, id string, in RouteDocument, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPut, "/routes/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Versions: Show the versions of a route.
func (a RoutesAPI) Versions(ctx context.Context, id string, query url.Values, calls ...Call) (out VersionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes/"+url.PathEscape(id)+"/versions", query, nil, &out, calls)
	return out, err
}

// AllVersions is Versions over all pages.
func (a RoutesAPI) AllVersions(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Version, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (VersionList, error) {
		return a.Versions(ctx, id, query, calls...)
	}, func(p VersionList) ([]Version, string) { return p.Data, p.Next })
}

// Rollback: Rollback a route.
func (a RoutesAPI) Rollback(ctx context.Context, id string, in RollbackInput, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routes/"+url.PathEscape(id)+"/rollback", nil, in, &out, calls)
	return out, err
}

// Show: Show a rule.
func (a RulesAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/rules", query, nil, &out, calls)
	return out, err
}

// Update: Update a rule.
func (a RulesAPI) Update(ctx context.Context, in RouteDocument, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPut, "/routing/rules", nil, in, &out, calls)
	return out, err
}

// Versions: Show the versions of a rule.
func (a RulesAPI) Versions(ctx context.Context, query url.Values, calls ...Call) (out VersionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/rules/versions", query, nil, &out, calls)
	return out, err
}

// AllVersions is Versions over all pages.
func (a RulesAPI) AllVersions(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Version, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (VersionList, error) {
		return a.Versions(ctx, query, calls...)
	}, func(p VersionList) ([]Version, string) { return p.Data, p.Next })
}

// Rollback: Rollback a rule.
func (a RulesAPI) Rollback(ctx context.Context, in RollbackInput, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/rules/rollback", nil, in, &out, calls)
	return out, err
}

// DryRun: Dry run a routing.
func (a RoutingAPI) DryRun(ctx context.Context, in RouteDryInput, calls ...Call) (out RouteDry, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/dry-run", nil, in, &out, calls)
	return out, err
}

// Start: Start a rehearsal.
func (a RehearsalsAPI) Start(ctx context.Context, in RehearsalInput, calls ...Call) (out Rehearsal, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/rehearsals", nil, in, &out, calls)
	return out, err
}

// Show: Show a rehearsal.
func (a RehearsalsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Rehearsal, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/rehearsals/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Export: Show the export of a routing.
func (a RoutingAPI) Export(ctx context.Context, query url.Values, calls ...Call) (out RouteYaml, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/export", query, nil, &out, calls)
	return out, err
}

// Import: Import a routing.
func (a RoutingAPI) Import(ctx context.Context, in RouteYaml, calls ...Call) (out Import, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/import", nil, in, &out, calls)
	return out, err
}

// Show: Show a routing.
func (a RoutingAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out RoutePolicy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing", query, nil, &out, calls)
	return out, err
}

// Update: Update a routing.
func (a RoutingAPI) Update(ctx context.Context, in RoutePolicy, calls ...Call) (out RoutePolicy, err error) {
	err = a.c.do(ctx, http.MethodPut, "/routing", nil, in, &out, calls)
	return out, err
}

// List: List models.
func (a ModelsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ModelList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/models", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ModelsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Model, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ModelList, error) { return a.List(ctx, query, calls...) }, func(p ModelList) ([]Model, string) { return p.Data, p.Next })
}

// Catalog: Show the catalog of a model.
func (a ModelsAPI) Catalog(ctx context.Context, query url.Values, calls ...Call) (out RouteEntryList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/models/catalog", query, nil, &out, calls)
	return out, err
}

// AllCatalog is Catalog over all pages.
func (a ModelsAPI) AllCatalog(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[RouteEntry, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RouteEntryList, error) {
		return a.Catalog(ctx, query, calls...)
	}, func(p RouteEntryList) ([]RouteEntry, string) { return p.Data, p.Next })
}

// List: List aliases.
func (a AliasesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out AliasList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/aliases", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a AliasesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Alias, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (AliasList, error) { return a.List(ctx, query, calls...) }, func(p AliasList) ([]Alias, string) { return p.Data, p.Next })
}

// Create: Create an alias.
func (a AliasesAPI) Create(ctx context.Context, in AliasInput, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodPost, "/aliases", nil, in, &out, calls)
	return out, err
}

// Show: Show an alias.
func (a AliasesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodGet, "/aliases/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Candidates: Show the candidates of an alias.
func (a AliasesAPI) Candidates(ctx context.Context, id string, query url.Values, calls ...Call) (out CandidateList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/aliases/"+url.PathEscape(id)+"/candidates", query, nil, &out, calls)
	return out, err
}

// AllCandidates is Candidates over all pages.
func (a AliasesAPI) AllCandidates(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Candidate, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (CandidateList, error) {
		return a.Candidates(ctx, id, query, calls...)
	}, func(p CandidateList) ([]Candidate, string) { return p.Data, p.Next })
}

// Switch: Switch an alias.
func (a AliasesAPI) Switch(ctx context.Context, id string, in SwitchInput, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodPost, "/aliases/"+url.PathEscape(id)+"/switch", nil, in, &out, calls)
	return out, err
}

// Update: Update an alias.
func (a AliasesAPI) Update(ctx context.Context, id string, in AliasInput, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodPut, "/aliases/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete an alias.
func (a AliasesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/aliases/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List prices.
func (a PricesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PriceList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prices", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a PricesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Price, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PriceList, error) { return a.List(ctx, query, calls...) }, func(p PriceList) ([]Price, string) { return p.Data, p.Next })
}

// List: List overrides.
func (a OverridesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out OverrideList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prices/overrides", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a OverridesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Override, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (OverrideList, error) { return a.List(ctx, query, calls...) }, func(p OverrideList) ([]Override, string) { return p.Data, p.Next })
}

// Create: Create an override.
func (a OverridesAPI) Create(ctx context.Context, in OverrideInput, calls ...Call) (out Override, err error) {
	err = a.c.do(ctx, http.MethodPost, "/prices/overrides", nil, in, &out, calls)
	return out, err
}

// Show: Show an override.
func (a OverridesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Override, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prices/overrides/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update an override.
func (a OverridesAPI) Update(ctx context.Context, id string, in OverrideChange, calls ...Call) (out Override, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/prices/overrides/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// End: End an override.
func (a OverridesAPI) End(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/prices/overrides/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List days of the providers' books beside ours.
func (a ReconcileAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ReconcileDayList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reconcile", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ReconcileAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[ReconcileDay, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ReconcileDayList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ReconcileDayList) ([]ReconcileDay, string) { return p.Data, p.Next })
}

// Show: Show a connection's days in both books.
func (a ReconcileAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out ReconcileAccount, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reconcile/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// AllShow is Show over all pages.
func (a ReconcileAPI) AllShow(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[ReconcileDay, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ReconcileAccount, error) {
		return a.Show(ctx, id, query, calls...)
	}, func(p ReconcileAccount) ([]ReconcileDay, string) { return p.Data, p.Next })
}

// Set: Set the credential that reads a provider's cost report.
func (a ReconcileAPI) Set(ctx context.Context, id string, in ReconcileCredentialInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPut, "/reconcile/"+url.PathEscape(id), nil, in, nil, calls)
}

// Read: Read a provider's cost report now.
func (a ReconcileAPI) Read(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/reconcile/"+url.PathEscape(id)+"/read", nil, nil, nil, calls)
}

// Remove: Forget the credential of a cost report.
func (a ReconcileAPI) Remove(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/reconcile/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Suspense: Show the suspense of a budget.
func (a BudgetsAPI) Suspense(ctx context.Context, id string, query url.Values, calls ...Call) (out SuspenseList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/suspense", query, nil, &out, calls)
	return out, err
}

// AllSuspense is Suspense over all pages.
func (a BudgetsAPI) AllSuspense(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[BudgetSuspended, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (SuspenseList, error) {
		return a.Suspense(ctx, id, query, calls...)
	}, func(p SuspenseList) ([]BudgetSuspended, string) { return p.Data, p.Next })
}

// Release: Let what a lost node may have spent be spent again.
func (a BudgetsAPI) Release(ctx context.Context, id string, in ReleaseInput, calls ...Call) (out ReleaseList, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets/"+url.PathEscape(id)+"/suspense/release", nil, in, &out, calls)
	return out, err
}

// List: List budgets.
func (a BudgetsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out BudgetList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a BudgetsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Budget, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (BudgetList, error) { return a.List(ctx, query, calls...) }, func(p BudgetList) ([]Budget, string) { return p.Data, p.Next })
}

// Create: Create a budget.
func (a BudgetsAPI) Create(ctx context.Context, in BudgetInput, calls ...Call) (out Budget, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets", nil, in, &out, calls)
	return out, err
}

// Show: Show a budget.
func (a BudgetsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Budget, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a budget.
func (a BudgetsAPI) Update(ctx context.Context, id string, in BudgetChange, calls ...Call) (out Budget, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/budgets/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a budget.
func (a BudgetsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/budgets/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Grants: Show the grants of a budget.
func (a BudgetsAPI) Grants(ctx context.Context, id string, query url.Values, calls ...Call) (out GrantList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/grants", query, nil, &out, calls)
	return out, err
}

// AllGrants is Grants over all pages.
func (a BudgetsAPI) AllGrants(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Grant, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (GrantList, error) {
		return a.Grants(ctx, id, query, calls...)
	}, func(p GrantList) ([]Grant, string) { return p.Data, p.Next })
}

// Grant: Give a budget more for its present period.
func (a BudgetsAPI) Grant(ctx context.Context, id string, in GrantInput, calls ...Call) (out Grant, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets/"+url.PathEscape(id)+"/grants", nil, in, &out, calls)
	return out, err
}

// Periods: Show the periods of a budget.
func (a BudgetsAPI) Periods(ctx context.Context, id string, query url.Values, calls ...Call) (out PeriodList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/periods", query, nil, &out, calls)
	return out, err
}

// AllPeriods is Periods over all pages.
func (a BudgetsAPI) AllPeriods(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Period, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PeriodList, error) {
		return a.Periods(ctx, id, query, calls...)
	}, func(p PeriodList) ([]Period, string) { return p.Data, p.Next })
}

// Alerts: Show the alerts of a budget.
func (a BudgetsAPI) Alerts(ctx context.Context, id string, query url.Values, calls ...Call) (out AlertList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/alerts", query, nil, &out, calls)
	return out, err
}

// AllAlerts is Alerts over all pages.
func (a BudgetsAPI) AllAlerts(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Alert, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (AlertList, error) {
		return a.Alerts(ctx, id, query, calls...)
	}, func(p AlertList) ([]Alert, string) { return p.Data, p.Next })
}

// Ask: Ask for more than a budget allows.
func (a BudgetsAPI) Ask(ctx context.Context, id string, in BudgetAskInput, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets/"+url.PathEscape(id)+"/requests", nil, in, &out, calls)
	return out, err
}

// List: List budget requests.
func (a BudgetRequestsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out BudgetOverrideList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budget-requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a BudgetRequestsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[BudgetOverride, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (BudgetOverrideList, error) {
		return a.List(ctx, query, calls...)
	}, func(p BudgetOverrideList) ([]BudgetOverride, string) { return p.Data, p.Next })
}

// Show: Show a budget request.
func (a BudgetRequestsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budget-requests/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Approve: Approve a budget request.
func (a BudgetRequestsAPI) Approve(ctx context.Context, id string, in BudgetVerdictInput, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budget-requests/"+url.PathEscape(id)+"/approve", nil, in, &out, calls)
	return out, err
}

// Deny: Deny a budget request.
func (a BudgetRequestsAPI) Deny(ctx context.Context, id string, in BudgetDenialInput, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budget-requests/"+url.PathEscape(id)+"/deny", nil, in, &out, calls)
	return out, err
}

// List: List limits.
func (a LimitsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out LimitList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limits", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a LimitsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Limit, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (LimitList, error) { return a.List(ctx, query, calls...) }, func(p LimitList) ([]Limit, string) { return p.Data, p.Next })
}

// Create: Create a limit.
func (a LimitsAPI) Create(ctx context.Context, in LimitInput, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limits", nil, in, &out, calls)
	return out, err
}

// Show: Show a limit.
func (a LimitsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limits/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a limit.
func (a LimitsAPI) Update(ctx context.Context, id string, in LimitChange, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/limits/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a limit.
func (a LimitsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/limits/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Raise: Raise a limit for a while.
func (a LimitsAPI) Raise(ctx context.Context, id string, in IncreaseInput, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limits/"+url.PathEscape(id)+"/increases", nil, in, &out, calls)
	return out, err
}

// Lower: End an increase of a limit.
func (a LimitsAPI) Lower(ctx context.Context, id string, increase string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/limits/"+url.PathEscape(id)+"/increases/"+url.PathEscape(increase), nil, nil, nil, calls)
}

// Ask: Ask that a limit be raised for a while.
func (a LimitsAPI) Ask(ctx context.Context, id string, in LimitAskInput, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limits/"+url.PathEscape(id)+"/requests", nil, in, &out, calls)
	return out, err
}

// List: List limit requests.
func (a LimitRequestsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out LimitRequestList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limit-requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a LimitRequestsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[LimitRequest, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (LimitRequestList, error) {
		return a.List(ctx, query, calls...)
	}, func(p LimitRequestList) ([]LimitRequest, string) { return p.Data, p.Next })
}

// Show: Show a limit request.
func (a LimitRequestsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limit-requests/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Approve: Approve a limit request.
func (a LimitRequestsAPI) Approve(ctx context.Context, id string, in LimitVerdictInput, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limit-requests/"+url.PathEscape(id)+"/approve", nil, in, &out, calls)
	return out, err
}

// Deny: Deny a limit request.
func (a LimitRequestsAPI) Deny(ctx context.Context, id string, in LimitDenialInput, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limit-requests/"+url.PathEscape(id)+"/deny", nil, in, &out, calls)
	return out, err
}

// List: List model tiers.
func (a ModelTiersAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PolicyTierList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/model-tiers", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ModelTiersAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[PolicyTier, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PolicyTierList, error) {
		return a.List(ctx, query, calls...)
	}, func(p PolicyTierList) ([]PolicyTier, string) { return p.Data, p.Next })
}

// Set: Say of which tier models are, whatever they cost.
func (a ModelTiersAPI) Set(ctx context.Context, in PolicyTierInput, calls ...Call) (out PolicyTier, err error) {
	err = a.c.do(ctx, http.MethodPost, "/model-tiers", nil, in, &out, calls)
	return out, err
}

// Delete: Delete a model tier.
func (a ModelTiersAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/model-tiers/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List policies.
func (a PoliciesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PolicyList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/policies", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a PoliciesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[PolicyPolicy, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PolicyList, error) { return a.List(ctx, query, calls...) }, func(p PolicyList) ([]PolicyPolicy, string) { return p.Data, p.Next })
}

// Create: Create a policy.
func (a PoliciesAPI) Create(ctx context.Context, in PolicyInput, calls ...Call) (out PolicyPolicy, err error) {
	err = a.c.do(ctx, http.MethodPost, "/policies", nil, in, &out, calls)
	return out, err
}

// Show: Show a policy.
func (a PoliciesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out PolicyPolicy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/policies/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a policy.
func (a PoliciesAPI) Update(ctx context.Context, id string, in PolicyChange, calls ...Call) (out PolicyPolicy, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/policies/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a policy.
func (a PoliciesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/policies/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Settings: Show what coding agents that are logged in are sent.
func (a AgentsAPI) Settings(ctx context.Context, query url.Values, calls ...Call) (out AgentSettings, err error) {
	err = a.c.do(ctx, http.MethodGet, "/agents/settings", query, nil, &out, calls)
	return out, err
}

// SetSettings: Replace what coding agents that are logged in are sent; {} sends empty settings, null none.
func (a AgentsAPI) SetSettings(ctx context.Context, in AgentSettingsInput, calls ...Call) (out AgentSettings, err error) {
	err = a.c.do(ctx, http.MethodPut, "/agents/settings", nil, in, &out, calls)
	return out, err
}

// List: List approvals.
func (a ApprovalsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ApprovalList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/approvals", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ApprovalsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Approval, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ApprovalList, error) { return a.List(ctx, query, calls...) }, func(p ApprovalList) ([]Approval, string) { return p.Data, p.Next })
}

// Ask: Ask for what a policy refuses to a key.
func (a ApprovalsAPI) Ask(ctx context.Context, in ApprovalAskInput, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals", nil, in, &out, calls)
	return out, err
}

// Show: Show an approval.
func (a ApprovalsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodGet, "/approvals/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Approve: Approve an approval.
func (a ApprovalsAPI) Approve(ctx context.Context, id string, in ApprovalVerdictInput, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals/"+url.PathEscape(id)+"/approve", nil, in, &out, calls)
	return out, err
}

// Deny: Deny an approval.
func (a ApprovalsAPI) Deny(ctx context.Context, id string, in ApprovalDenialInput, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals/"+url.PathEscape(id)+"/deny", nil, in, &out, calls)
	return out, err
}

// Revoke: End an approval at once, or withdraw a request of one's own.
func (a ApprovalsAPI) Revoke(ctx context.Context, id string, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals/"+url.PathEscape(id)+"/revoke", nil, nil, &out, calls)
	return out, err
}

// List: List data rules.
func (a DataRulesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out RuleList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/data-rules", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DataRulesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Rule, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RuleList, error) { return a.List(ctx, query, calls...) }, func(p RuleList) ([]Rule, string) { return p.Data, p.Next })
}

// Create: Create a data rule.
func (a DataRulesAPI) Create(ctx context.Context, in RuleInput, calls ...Call) (out Rule, err error) {
	err = a.c.do(ctx, http.MethodPost, "/data-rules", nil, in, &out, calls)
	return out, err
}

// Try: Say what the rules would do with a text; nothing of it is kept.
func (a DataRulesAPI) Try(ctx context.Context, in TryInput, calls ...Call) (out Try, err error) {
	err = a.c.do(ctx, http.MethodPost, "/data-rules/try", nil, in, &out, calls)
	return out, err
}

// Show: Show a data rule.
func (a DataRulesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Rule, err error) {
	err = a.c.do(ctx, http.MethodGet, "/data-rules/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a data rule.
func (a DataRulesAPI) Update(ctx context.Context, id string, in RuleChange, calls ...Call) (out Rule, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/data-rules/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a data rule.
func (a DataRulesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/data-rules/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List requests in which data rules found something, newest first.
func (a IncidentsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out IncidentList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/incidents", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a IncidentsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Incident, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (IncidentList, error) { return a.List(ctx, query, calls...) }, func(p IncidentList) ([]Incident, string) { return p.Data, p.Next })
}

// Show: Show an incident.
func (a IncidentsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Incident, err error) {
	err = a.c.do(ctx, http.MethodGet, "/incidents/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// List: List timeouts and retries.
func (a TimeoutsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TimeoutList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/timeouts", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TimeoutsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Timeout, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TimeoutList, error) { return a.List(ctx, query, calls...) }, func(p TimeoutList) ([]Timeout, string) { return p.Data, p.Next })
}

// Set: Set timeouts and retries of a model and an operation.
func (a TimeoutsAPI) Set(ctx context.Context, in TimeoutInput, calls ...Call) (out Timeout, err error) {
	err = a.c.do(ctx, http.MethodPut, "/timeouts", nil, in, &out, calls)
	return out, err
}

// Remove: Take a setting back; the wider ones count again.
func (a TimeoutsAPI) Remove(ctx context.Context, in TimeoutName, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/timeouts/remove", nil, in, nil, calls)
}

// List: List targets with their breakers, availability and latency of 24 hours.
func (a HealthAPI) List(ctx context.Context, query url.Values, calls ...Call) (out HealthTargetList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a HealthAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[HealthTarget, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (HealthTargetList, error) {
		return a.List(ctx, query, calls...)
	}, func(p HealthTargetList) ([]HealthTarget, string) { return p.Data, p.Next })
}

// Events: List what breakers did within 30 days, newest first.
func (a HealthAPI) Events(ctx context.Context, query url.Values, calls ...Call) (out EventList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/events", query, nil, &out, calls)
	return out, err
}

// AllEvents is Events over all pages.
func (a HealthAPI) AllEvents(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Event, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (EventList, error) { return a.Events(ctx, query, calls...) }, func(p EventList) ([]Event, string) { return p.Data, p.Next })
}

// Open: Take a target out of service.
func (a HealthAPI) Open(ctx context.Context, in HealthTargetInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/open", nil, in, nil, calls)
}

// Close: Put a target back into service.
func (a HealthAPI) Close(ctx context.Context, in HealthTargetInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/close", nil, in, nil, calls)
}

// ListRules: List when breakers open and close.
func (a HealthAPI) ListRules(ctx context.Context, query url.Values, calls ...Call) (out HealthRuleList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/rules", query, nil, &out, calls)
	return out, err
}

// AllListRules is ListRules over all pages.
func (a HealthAPI) AllListRules(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[HealthRule, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (HealthRuleList, error) {
		return a.ListRules(ctx, query, calls...)
	}, func(p HealthRuleList) ([]HealthRule, string) { return p.Data, p.Next })
}

// SetRules: Set when the breakers of a connection, or of all, open and close.
func (a HealthAPI) SetRules(ctx context.Context, in HealthRuleInput, calls ...Call) (out HealthRule, err error) {
	err = a.c.do(ctx, http.MethodPut, "/health/rules", nil, in, &out, calls)
	return out, err
}

// RemoveRules: Take a setting back; the wider one counts again.
func (a HealthAPI) RemoveRules(ctx context.Context, in RuleName, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/rules/remove", nil, in, nil, calls)
}

// Outages: List outages of targets within 30 days, newest first.
func (a HealthAPI) Outages(ctx context.Context, query url.Values, calls ...Call) (out OutageList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/outages", query, nil, &out, calls)
	return out, err
}

// AllOutages is Outages over all pages.
func (a HealthAPI) AllOutages(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Outage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (OutageList, error) {
		return a.Outages(ctx, query, calls...)
	}, func(p OutageList) ([]Outage, string) { return p.Data, p.Next })
}

// Outage: Show an outage with its notes.
func (a HealthAPI) Outage(ctx context.Context, id string, query url.Values, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/outages/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Acknowledge: Say that you look after an outage.
func (a HealthAPI) Acknowledge(ctx context.Context, id string, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodPost, "/health/outages/"+url.PathEscape(id)+"/acknowledge", nil, nil, &out, calls)
	return out, err
}

// Resolve: Say that an outage that is over has been dealt with.
func (a HealthAPI) Resolve(ctx context.Context, id string, in HealthRemarkInput, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodPost, "/health/outages/"+url.PathEscape(id)+"/resolve", nil, in, &out, calls)
	return out, err
}

// Note: Note something about an outage.
func (a HealthAPI) Note(ctx context.Context, id string, in HealthRemarkInput, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodPost, "/health/outages/"+url.PathEscape(id)+"/notes", nil, in, &out, calls)
	return out, err
}

// List: List audit entries, newest first. Organization admins see all of them, others their own acts.
func (a AuditAPI) List(ctx context.Context, query url.Values, calls ...Call) (out AuditEntryList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a AuditAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[AuditEntry, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (AuditEntryList, error) {
		return a.List(ctx, query, calls...)
	}, func(p AuditEntryList) ([]AuditEntry, string) { return p.Data, p.Next })
}

// Export: Download audit entries, newest first.
// The caller closes the body.
func (a AuditAPI) Export(ctx context.Context, query url.Values, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/export", query, nil, &body, calls)
	return body, err
}

// Verify: Prove that the organization's chain of entries is whole.
func (a AuditAPI) Verify(ctx context.Context, query url.Values, calls ...Call) (out Verification, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/verification", query, nil, &out, calls)
	return out, err
}

// Retention: Show how long entries are kept.
func (a AuditAPI) Retention(ctx context.Context, query url.Values, calls ...Call) (out Retention, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/retention", query, nil, &out, calls)
	return out, err
}

// Retain: Set how long entries are kept.
func (a AuditAPI) Retain(ctx context.Context, in Retention, calls ...Call) (out Retention, err error) {
	err = a.c.do(ctx, http.MethodPut, "/audit/retention", nil, in, &out, calls)
	return out, err
}

// Show: Show an audit entry with what it changed.
func (a AuditAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out AuditEntry, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Show: Show a directory.
func (a DirectoryAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Directory, err error) {
	err = a.c.do(ctx, http.MethodGet, "/directory", query, nil, &out, calls)
	return out, err
}

// Update: Update a directory.
func (a DirectoryAPI) Update(ctx context.Context, in ScimGrant, calls ...Call) (out Directory, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/directory", nil, in, &out, calls)
	return out, err
}

// Token: Token a directory.
func (a DirectoryAPI) Token(ctx context.Context, in ScimTokenInput, calls ...Call) (out ScimMade, err error) {
	err = a.c.do(ctx, http.MethodPost, "/directory/scim-tokens", nil, in, &out, calls)
	return out, err
}

// Rotate: Rotate a directory.
func (a DirectoryAPI) Rotate(ctx context.Context, id string, calls ...Call) (out ScimMade, err error) {
	err = a.c.do(ctx, http.MethodPost, "/directory/scim-tokens/"+url.PathEscape(id)+"/rotate", nil, nil, &out, calls)
	return out, err
}

// Revoke: Revoke a directory.
func (a DirectoryAPI) Revoke(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/directory/scim-tokens/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Group: Show the group of a directory.
func (a DirectoryAPI) Group(ctx context.Context, id string, query url.Values, calls ...Call) (out ScimGroup, err error) {
	err = a.c.do(ctx, http.MethodGet, "/directory/groups/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Map: Map a directory.
func (a DirectoryAPI) Map(ctx context.Context, id string, in ScimGrant, calls ...Call) (out ScimGroup, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/directory/groups/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// List: List invitations.
func (a InvitationsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out InvitationList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/invitations", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a InvitationsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Invitation, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (InvitationList, error) {
		return a.List(ctx, query, calls...)
	}, func(p InvitationList) ([]Invitation, string) { return p.Data, p.Next })
}

// Create: Create an invitation.
func (a InvitationsAPI) Create(ctx context.Context, in InvitationInput, calls ...Call) (out Invitation, err error) {
	err = a.c.do(ctx, http.MethodPost, "/invitations", nil, in, &out, calls)
	return out, err
}

// Show: Show an invitation.
func (a InvitationsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Invitation, err error) {
	err = a.c.do(ctx, http.MethodGet, "/invitations/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Resend: Resend an invitation.
func (a InvitationsAPI) Resend(ctx context.Context, id string, calls ...Call) (out Invitation, err error) {
	err = a.c.do(ctx, http.MethodPost, "/invitations/"+url.PathEscape(id)+"/resend", nil, nil, &out, calls)
	return out, err
}

// Revoke: Revoke an invitation.
func (a InvitationsAPI) Revoke(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/invitations/"+url.PathEscape(id), nil, nil, nil, calls)
}

// List: List applicants.
func (a ApplicantsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out JoinApplicantList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/join-requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ApplicantsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[JoinApplicant, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (JoinApplicantList, error) {
		return a.List(ctx, query, calls...)
	}, func(p JoinApplicantList) ([]JoinApplicant, string) { return p.Data, p.Next })
}

// Approve: Approve an applicant.
func (a ApplicantsAPI) Approve(ctx context.Context, id string, in JoinGrant, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/join-requests/"+url.PathEscape(id)+"/approve", nil, in, nil, calls)
}

// Refuse: Refuse an applicant.
func (a ApplicantsAPI) Refuse(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/join-requests/"+url.PathEscape(id)+"/refuse", nil, nil, nil, calls)
}

// List: List domains.
func (a DomainsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out DomainList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/domains", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DomainsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Domain, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (DomainList, error) { return a.List(ctx, query, calls...) }, func(p DomainList) ([]Domain, string) { return p.Data, p.Next })
}

// Claim: Claim a domain.
func (a DomainsAPI) Claim(ctx context.Context, in DomainInput, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodPost, "/domains", nil, in, &out, calls)
	return out, err
}

// Show: Show a domain.
func (a DomainsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodGet, "/domains/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a domain.
func (a DomainsAPI) Update(ctx context.Context, id string, in JoinAdmission, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/domains/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Check: Check a domain.
func (a DomainsAPI) Check(ctx context.Context, id string, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodPost, "/domains/"+url.PathEscape(id)+"/check", nil, nil, &out, calls)
	return out, err
}

// Release: Release a domain.
func (a DomainsAPI) Release(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/domains/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Try: Try a trial.
func (a TrialsAPI) Try(ctx context.Context, in TrialInput, calls ...Call) (out Trial, err error) {
	err = a.c.do(ctx, http.MethodPost, "/trials", nil, in, &out, calls)
	return out, err
}

// AgentSettings is what coding agents are sent.
type AgentSettings struct {
	Settings  json.RawMessage `json:"settings"` // Claude Code's managed settings; null = none
	Checksum  string          `json:"checksum"` // SHA-256 of the settings as the agents compute it; "" = none
	UpdatedAt *time.Time      `json:"updated_at"`
	UpdatedBy string          `json:"updated_by"`
}

// AgentSettingsInput replaces what coding agents are sent.
type AgentSettingsInput struct {
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Alert is a threshold that was crossed; with are the lower ones that were crossed by the same posting.
type Alert struct {
	Threshold int       `json:"threshold"` // percent
	With      []int     `json:"with"`
	PeriodAt  time.Time `json:"period_starts_at"`
	Spent     string    `json:"spent"` // at that moment, with suspense
	Limit     string    `json:"limit"`
	At        time.Time `json:"at"`
	Rearmed   bool      `json:"rearmed"` // the limit was raised above it since
}

// AlertList is a body of the API.
type AlertList struct {
	Data    []Alert `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Alias is an alias in the management API; targets are "connection/model", in fallback order.
type Alias struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Targets   []string  `json:"targets"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// AliasInput is a body of the API.
type AliasInput struct {
	Name    string   `json:"name,omitempty"`
	Targets []string `json:"targets,omitempty"`
}

// AliasList is a body of the API.
type AliasList struct {
	Data    []Alias `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Allocation is GET /api/v1/usage/allocation: lines and rest make total, to the nano-dollar.
type Allocation struct {
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Zone    string    `json:"zone"`
	Total   Usage     `json:"total"`
	Rest    Usage     `json:"rest"` // what no line claims: untagged, outside departments
	Data    []Usage   `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Approval is a request for what policies refuse to a key and, once it is approved, the grant.
type Approval struct {
	ID        string     `json:"id"`
	Key       string     `json:"key"`
	KeyName   string     `json:"key_name"`
	Model     string     `json:"model"`
	CostUSD   string     `json:"cost_usd"` // of one request, as it was refused; "" if it was not for its cost
	Reason    string     `json:"reason"`
	Against   []string   `json:"against"`    // what policies have against it
	AmountUSD string     `json:"amount_usd"` // the most that its requests may cost together; "" = any
	Times     int64      `json:"times"`      // 0 = any number
	Until     time.Time  `json:"until"`
	SpentUSD  string     `json:"spent_usd"` // of the grant; requests under way count with the most they can cost
	Used      int64      `json:"used"`
	State     string     `json:"state"` // pending, approved, denied, expired, withdrawn, revoked, over
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"` // when it is too late to decide
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at"`
	Note      string     `json:"note"`
	CanDecide bool       `json:"can_decide"`
	CanRevoke bool       `json:"can_revoke"`
}

// ApprovalAskInput asks for what policies refuse to a key.
type ApprovalAskInput struct {
	Key       string `json:"key,omitempty"`
	Model     string `json:"model,omitempty"`      // as the client asks for it
	CostUSD   string `json:"cost_usd,omitempty"`   // what one request may cost, as it was refused; "" if it was not for its cost
	AmountUSD string `json:"amount_usd,omitempty"` // the most that the requests may cost together; needed with cost_usd
	Times     int64  `json:"times,omitempty"`      // 0 = any number
	Until     string `json:"until,omitempty"`      // empty = 7 days from now
	Reason    string `json:"reason,omitempty"`
}

// ApprovalDenialInput refuses.
type ApprovalDenialInput struct {
	Note string `json:"note,omitempty"`
}

// ApprovalList is a body of the API.
type ApprovalList struct {
	Data    []Approval `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}

// ApprovalVerdictInput approves. Empty fields grant what was asked for.
type ApprovalVerdictInput struct {
	AmountUSD string `json:"amount_usd,omitempty"`
	Times     int64  `json:"times,omitempty"`
	Until     string `json:"until,omitempty"`
	Note      string `json:"note,omitempty"`
}

// AuditEntry is an audit entry in the management API. Secrets are masked before they are stored.
type AuditEntry struct {
	ID         string          `json:"id"`
	Seq        int64           `json:"seq"` // counts the organization's entries without gaps
	At         time.Time       `json:"at"`
	Actor      string          `json:"actor"`            // an e-mail address, a token's name, or what of the installation itself
	Role       string          `json:"role"`             // the actor's, at that time
	Member     string          `json:"member,omitempty"` // none for tokens of the organization and the installation
	Via        string          `json:"via"`              // web, api, cli, scim or job
	Action     string          `json:"action"`           // "key.created"
	Target     string          `json:"target"`           // the changed thing's id
	TargetName string          `json:"target_name"`      // its name at that time
	Before     json.RawMessage `json:"before"`           // changed fields; null where there was nothing before
	After      json.RawMessage `json:"after"`            // changed fields; null where there is nothing after
	IP         string          `json:"ip"`               // where the request came from
	UserAgent  string          `json:"user_agent"`       // what it called itself
	RequestID  string          `json:"request_id"`       // ties the entry to log lines
}

// AuditEntryList is a page of entries, newest first.
type AuditEntryList struct {
	Data    []AuditEntry `json:"data"`
	HasMore bool         `json:"has_more"`
	Next    string       `json:"next,omitempty"` // give it as ?after=
}

// Budget is a budget in the management API, with where it stands. Amounts are strings in its measure: exact decimals of USD, or counts of tokens or requests; those of money come as *_usd as well.
type Budget struct {
	ID          string          `json:"id"`
	Scope       string          `json:"scope"` // id of the organization, department, team, member or key, "pool:team_…", "tag:project=apollo"
	ScopeKind   string          `json:"scope_kind"`
	ScopeLabel  string          `json:"scope_label"`
	Name        string          `json:"name"`
	Measure     string          `json:"measure"` // usd, tokens or requests
	Limit       string          `json:"limit"`
	Period      string          `json:"period"`
	Starts      int             `json:"starts,omitempty"` // weekday 1-7 of a week, day 1-31 of a month, month 1-12 of a fiscal year
	Enforcement string          `json:"enforcement"`
	FromPercent int             `json:"from_percent,omitempty"` // where throttling or downgrading begins
	DowngradeTo string          `json:"downgrade_to,omitempty"`
	Rollover    string          `json:"rollover"` // at most so much is carried into the next period
	Reserve     string          `json:"reserve"`  // part of limit that only admins open
	Strict      bool            `json:"strict"`
	Thresholds  []int           `json:"thresholds"` // percent
	Present     string          `json:"present"`    // What may be spent in the present period is present = limit - reserve + rolled_over + granted.
	RolledOver  string          `json:"rolled_over"`
	Granted     string          `json:"granted"`
	Spent       string          `json:"spent"` // with suspense
	Suspense    string          `json:"suspense"`
	Held        string          `json:"held"`
	Left        string          `json:"left"`
	Forecast    *BudgetForecast `json:"forecast,omitempty"`
	LimitUSD    *string         `json:"limit_usd,omitempty"`
	SpentUSD    *string         `json:"spent_usd,omitempty"`
	HeldUSD     *string         `json:"held_usd,omitempty"`
	LeftUSD     *string         `json:"left_usd,omitempty"`
	ResetsAt    *time.Time      `json:"resets_at"` // null for a total
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

// BudgetAskInput asks for more of a budget.
type BudgetAskInput struct {
	Kind   string `json:"kind,omitempty"` // increase (the default) or borrow
	Amount string `json:"amount,omitempty"`
	Until  string `json:"until,omitempty"` // empty = the end of the period
	Reason string `json:"reason,omitempty"`
}

// BudgetChange changes what it names and leaves the rest. Scope and measure are fixed.
type BudgetChange struct {
	Name        *string `json:"name,omitempty"`
	Limit       *string `json:"limit,omitempty"`
	LimitUSD    *string `json:"limit_usd,omitempty"`
	Period      *string `json:"period,omitempty"`
	Starts      *int    `json:"starts,omitempty"`
	Enforcement *string `json:"enforcement,omitempty"`
	FromPercent *int    `json:"from_percent,omitempty"`
	DowngradeTo *string `json:"downgrade_to,omitempty"`
	Rollover    *string `json:"rollover,omitempty"`
	Reserve     *string `json:"reserve,omitempty"`
	Strict      *bool   `json:"strict,omitempty"`
	Thresholds  *[]int  `json:"thresholds,omitempty"`
}

// BudgetDenialInput refuses.
type BudgetDenialInput struct {
	Note string `json:"note,omitempty"`
}

// BudgetForecast is where a budget will stand at the end of its period: total is null where there is no answer, and method says how it was computed, or why there is none.
type BudgetForecast struct {
	Total     *string    `json:"total"`
	At        *time.Time `json:"at"`
	RunsOutAt *time.Time `json:"runs_out_at"`
	Method    string     `json:"method"`
}

// BudgetInput sets a limit. Without a scope it is the organization's, without a measure it is money, and limit_usd is another name of limit then.
type BudgetInput struct {
	Scope       string `json:"scope,omitempty"`
	Name        string `json:"name,omitempty"`
	Measure     string `json:"measure,omitempty"`
	Limit       string `json:"limit,omitempty"`
	LimitUSD    string `json:"limit_usd,omitempty"`
	Period      string `json:"period,omitempty"`
	Starts      int    `json:"starts,omitempty"`
	Enforcement string `json:"enforcement,omitempty"`
	FromPercent int    `json:"from_percent,omitempty"`
	DowngradeTo string `json:"downgrade_to,omitempty"`
	Rollover    string `json:"rollover,omitempty"`
	Reserve     string `json:"reserve,omitempty"`
	Strict      bool   `json:"strict,omitempty"`
	Thresholds  []int  `json:"thresholds,omitempty"`
}

// BudgetList is a body of the API.
type BudgetList struct {
	Data    []Budget `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// BudgetOverride is somebody's request for more than a budget allows. Amounts are strings in the budget's measure.
type BudgetOverride struct {
	ID        string     `json:"id"`
	Budget    string     `json:"budget"`
	Name      string     `json:"budget_name"`
	Label     string     `json:"scope_label"`
	Measure   string     `json:"measure"`
	Kind      string     `json:"kind"` // increase, or borrow from the next period
	Amount    string     `json:"amount"`
	Until     *time.Time `json:"until"` // null = the end of the period
	Reason    string     `json:"reason"`
	State     string     `json:"state"` // pending, approved, denied, expired
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at"`
	Note      string     `json:"note"`
	Grant     string     `json:"grant,omitempty"`
	CanDecide bool       `json:"can_decide"`
}

// BudgetOverrideList is a body of the API.
type BudgetOverrideList struct {
	Data    []BudgetOverride `json:"data"`
	HasMore bool             `json:"has_more"`       // whether there are more pages
	Next    string           `json:"next,omitempty"` // give it as after
}

// BudgetSuspended is what one lost node may have spent of a budget. It counts as spent.
type BudgetSuspended struct {
	Node        string    `json:"node"`
	Host        string    `json:"host"`
	Since       time.Time `json:"since"`
	PeriodStart time.Time `json:"period_start"`
	Measure     string    `json:"measure"`
	Amount      string    `json:"amount"` // exact decimal of USD, or a count
	Reason      string    `json:"reason"` // "node lost" or "journal damaged"
}

// BudgetVerdictInput approves. Empty fields grant what was asked for.
type BudgetVerdictInput struct {
	Amount string `json:"amount,omitempty"`
	Until  string `json:"until,omitempty"`
	Note   string `json:"note,omitempty"`
}

// Candidate is a target that an alias could have. CostUSD is what the alias's answered requests of the last 30 days come to there at today's prices, recomputed by class of usage; absent where a price is unknown.
type Candidate struct {
	Target        string `json:"target"`
	Present       bool   `json:"present"` // where requests go first now
	ContextWindow int64  `json:"context_window,omitempty"`
	CostUSD       string `json:"cost_usd,omitempty"`
}

// CandidateList holds what was booked too, at the prices of its time.
type CandidateList struct {
	Days      int         `json:"days"`
	Requests  int64       `json:"requests"`
	BookedUSD string      `json:"booked_usd"`
	Data      []Candidate `json:"data"`
	HasMore   bool        `json:"has_more"`       // whether there are more pages
	Next      string      `json:"next,omitempty"` // give it as after
}

// Check is a live test's result.
type Check struct {
	At        time.Time `json:"at"`
	OK        bool      `json:"ok"`
	Blame     string    `json:"blame,omitempty"` // key, url, region, model, network, provider, missing
	Message   string    `json:"message,omitempty"`
	Models    int       `json:"models"`
	LatencyMS int64     `json:"latency_ms"`
}

// Connection is a connection in the management API. The credential is never in it.
type Connection struct {
	ID            string              `json:"id"`
	Name          string              `json:"name"`
	Kind          string              `json:"kind"`
	BaseURL       string              `json:"base_url,omitempty"`
	Service       string              `json:"service,omitempty"`  // Service is the known service that a compatible server is: by its address, or by what was said.
	Settings      map[string]string   `json:"settings,omitempty"` // Settings are the parts of the address that have names, such as a project.
	HasCredential bool                `json:"has_credential"`
	KeyHint       string              `json:"key_hint,omitempty"` // last four characters
	Disabled      bool                `json:"disabled"`
	Models        []string            `json:"models"`
	ListReadAt    *time.Time          `json:"list_read_at,omitempty"`
	ListChange    *ProviderListChange `json:"last_list_change,omitempty"`
	Check         *Check              `json:"last_check"`
	CreatedAt     time.Time           `json:"created_at"`
	UpdatedAt     time.Time           `json:"updated_at"`
}

// ConnectionChange changes what it names and leaves the rest.
type ConnectionChange struct {
	Name       *string           `json:"name,omitempty"`
	BaseURL    *string           `json:"base_url,omitempty"`
	Service    *string           `json:"service,omitempty"`
	Settings   map[string]string `json:"settings,omitempty"`
	Credential *string           `json:"credential,omitempty"`
	Disabled   *bool             `json:"disabled,omitempty"`
}

// ConnectionInput makes a connection. Credential is written, never read.
type ConnectionInput struct {
	Name       string            `json:"name,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	BaseURL    string            `json:"base_url,omitempty"`
	Service    string            `json:"service,omitempty"`  // Service is a known service's name (GET /api/v1/providers); it gives the base URL where none is given.
	Settings   map[string]string `json:"settings,omitempty"` // Settings are written into the base URL; Vertex has project and location.
	Credential string            `json:"credential,omitempty"`
	Disabled   bool              `json:"disabled,omitempty"`
}

// ConnectionList is a body of the API.
type ConnectionList struct {
	Data    []Connection `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// CredentialInput is a new credential. It is tried before it takes the old one's place, unless Untested says not to.
type CredentialInput struct {
	Credential string `json:"credential,omitempty"`
	Untested   bool   `json:"untested,omitempty"`
}

// Department is a body of the API.
type Department struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// DepartmentInput says where a team goes; empty is outside departments.
type DepartmentInput struct {
	Department string `json:"department,omitempty"`
}

// DepartmentList is a body of the API.
type DepartmentList struct {
	Data    []Department `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// Directory is a body of the API.
type Directory struct {
	BaseURL  string      `json:"base_url"`
	Settings ScimGrant   `json:"settings"` // what people get whom no mapped group says more about
	Tokens   []ScimToken `json:"tokens"`
	Groups   []ScimGroup `json:"groups"`
}

// Domain is a body of the API.
type Domain struct {
	ID           string        `json:"id"`
	Domain       string        `json:"domain"`
	RecordName   string        `json:"record_name"`
	RecordValue  string        `json:"record_value"`
	VerifiedAt   *time.Time    `json:"verified_at"`
	CheckedAt    *time.Time    `json:"checked_at"`
	FailingSince *time.Time    `json:"failing_since"`
	Admission    JoinAdmission `json:"admission"`
}

// DomainInput is a body of the API.
type DomainInput struct {
	Domain string `json:"domain,omitempty"`
}

// DomainList is a body of the API.
type DomainList struct {
	Data    []Domain `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// Event is a change of state.
type Event struct {
	ID           string     `json:"id"`
	ConnectionID string     `json:"connection_id"`
	Model        string     `json:"model"`
	At           time.Time  `json:"at"`
	State        string     `json:"state"`
	Cause        string     `json:"cause"`
	Until        *time.Time `json:"until"`
	By           string     `json:"by"` // the node that found out, or the person
}

// EventList is what breakers did.
type EventList struct {
	Data    []Event `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Factors is a body of the API.
type Factors struct {
	App           bool     `json:"app"`
	Passkeys      []string `json:"passkeys"`
	RecoveryCodes int      `json:"recovery_codes_left"`
}

// Found is a server on the gateway's own machine that is not connected yet; connect it like any other.
type Found struct {
	Kind    string   `json:"kind"`
	BaseURL string   `json:"base_url"`
	Models  []string `json:"models"`
}

// FoundList is a body of the API.
type FoundList struct {
	Data    []Found `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Grant is what was added to a budget's period, or taken from it. Amounts are strings in the budget's measure.
type Grant struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`   // increase, borrow, reserve; repay is made by a borrowing
	Amount    string     `json:"amount"` // negative for a repayment
	State     string     `json:"state"`  // due, active, ended, closed
	PeriodAt  time.Time  `json:"period_starts_at"`
	Until     *time.Time `json:"until"` // null = never
	Reason    string     `json:"reason"`
	AskedBy   string     `json:"asked_by"`
	DecidedBy string     `json:"decided_by"`
	Request   string     `json:"request,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

// GrantInput gives more for the present period. until is for increases, and the end of the period if left out.
type GrantInput struct {
	Kind   string `json:"kind,omitempty"`
	Amount string `json:"amount,omitempty"`
	Until  string `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// GrantList is a body of the API.
type GrantList struct {
	Data    []Grant `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Group is a role at a node: at is an organization's, a department's or a team's id.
type Group struct {
	Group string `json:"group"`
	Role  string `json:"role"`
	At    string `json:"at"`
}

// GroupList is a body of the API.
type GroupList struct {
	Data    []Group `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Health is how a connection's attempts of the last 24 hours went, at most the newest 2,000, and its spend this month.
type Health struct {
	Attempts    int              `json:"attempts"`
	Failed      int              `json:"failed"`
	P50MS       int64            `json:"p50_ms"` // of whole answers; 0 without any
	P95MS       int64            `json:"p95_ms"`
	LastAt      *time.Time       `json:"last_at"`
	LastFailure *ProviderFailure `json:"last_failure"`
	SpentUSD    string           `json:"spent_this_month_usd"`
}

// HealthRemark is what a person noted.
type HealthRemark struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// HealthRemarkInput is a note.
type HealthRemarkInput struct {
	Text string `json:"text,omitempty"` // at most 2000 characters
}

// HealthRule is what a connection's breakers go by.
type HealthRule struct {
	ConnectionID string          `json:"connection_id"` // "" = all connections
	Connection   string          `json:"connection"`
	Set          bool            `json:"set"`   // it has rules of its own
	Own          HealthRuleInput `json:"own"`   // which are these
	Holds        HealthRuleInput `json:"holds"` // what counts, with what comes from wider settings
}

// HealthRuleInput says when the breakers of a connection, or of all, open and close; what is empty or 0 comes from the wider setting, in the end from the defaults.
type HealthRuleInput struct {
	ConnectionID string `json:"connection_id"` // "" = all connections
	Window       string `json:"window"`        // how long a failure counts: "30s"
	Failures     int    `json:"failures"`      // that open it, in the window
	Percent      int    `json:"percent"`       // if they are this share of attempts
	Row          int    `json:"row"`           // or this many, one after the other
	CoolDown     string `json:"cool_down"`     // how long it stays open at first
	MaxCoolDown  string `json:"max_cool_down"` // and after many relapses
	Successes    int    `json:"successes"`     // probes that close it
	Check        string `json:"check"`         // how often a connection is asked for its models; "" = never
}

// HealthRuleList is all rules.
type HealthRuleList struct {
	Data    []HealthRule `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// HealthTarget is one target.
type HealthTarget struct {
	ConnectionID string     `json:"connection_id"`
	Connection   string     `json:"connection"`
	Model        string     `json:"model"`         // "" = the connection as a whole
	State        string     `json:"state"`         // closed (takes requests), open or half_open
	Cause        string     `json:"cause"`         // failures, credential, quota, rate_limit, by_hand, or ""
	Since        *time.Time `json:"since"`         // of the state, where it is known
	Until        *time.Time `json:"until"`         // when it is looked at again
	Attempts     int64      `json:"attempts"`      // of 24 hours, without those that were the client's mistake
	Failed       int64      `json:"failed"`        // of 24 hours
	Availability int64      `json:"availability"`  // thousandths of the attempts; 1000 without any
	FirstByteMS  int64      `json:"first_byte_ms"` // on average in the newest hour with a success
	Checked      *time.Time `json:"checked"`       // when the connection was last looked at although nobody asked it
	Check        string     `json:"check"`         // what that found: good, bad, locked, spent, neutral (it said nothing), or ""
}

// HealthTargetInput names a target.
type HealthTargetInput struct {
	ConnectionID string `json:"connection_id,omitempty"`
	Model        string `json:"model,omitempty"`  // "" = the connection as a whole
	Reason       string `json:"reason,omitempty"` // when it is taken out of service
}

// HealthTargetList is all targets.
type HealthTargetList struct {
	Data    []HealthTarget `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// IdentityAccount is a body of the API.
type IdentityAccount struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Team       string     `json:"team"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// IdentityAccountInput is a body of the API.
type IdentityAccountInput struct {
	Name string `json:"name,omitempty"`
	Team string `json:"team,omitempty"`
}

// IdentityAccountList is a body of the API.
type IdentityAccountList struct {
	Data    []IdentityAccount `json:"data"`
	HasMore bool              `json:"has_more"`       // whether there are more pages
	Next    string            `json:"next,omitempty"` // give it as after
}

// IdentityDeletionInput repeats the organization's name, so that nothing is deleted by a slip.
type IdentityDeletionInput struct {
	Name string `json:"name,omitempty"`
}

// IdentityInTeamInput is a body of the API.
type IdentityInTeamInput struct {
	Team string `json:"team,omitempty"`
}

// IdentityIntoInput is a body of the API.
type IdentityIntoInput struct {
	Into string `json:"into,omitempty"`
}

// IdentityNameInput is a body of the API.
type IdentityNameInput struct {
	Name string `json:"name,omitempty"`
}

// IdentityNewToken is a new token with its secret, shown once.
type IdentityNewToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`   // prefix, public part and last four
	Status     string     `json:"status"` // active, expired or revoked
	Role       string     `json:"role"`   // a personal token has its member's of the moment
	At         string     `json:"at"`     // where the role holds: id of the organization, a department or a team
	Personal   bool       `json:"personal"`
	Member     string     `json:"member,omitempty"` // who made it; a personal one acts as them
	Scopes     []string   `json:"scopes"`           // what narrows the role; empty if nothing does
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // null = never
	LastUsedAt *time.Time `json:"last_used_at"` // to the minute
	RevokedAt  *time.Time `json:"revoked_at"`
	Secret     string     `json:"secret"`
}

// Import tells what a file changed, by alias; "" is the organization's own rules.
type Import struct {
	Applied []string `json:"applied"`
}

// Incident is a request in which data rules found something.
type Incident struct {
	ID      string     `json:"id"`
	Request string     `json:"request"`
	At      time.Time  `json:"at"`
	Action  string     `json:"action"` // the strictest: log, mask or block
	Found   []PiiFound `json:"found"`
	Key     string     `json:"key"`    // names, "" if there is none
	Member  string     `json:"member"` // whose key it is
	Team    string     `json:"team"`
}

// IncidentList is a body of the API.
type IncidentList struct {
	Data    []Incident `json:"data"`
	HasMore bool       `json:"has_more"`
	Next    string     `json:"next,omitempty"` // give it as ?after=
}

// Increase is a temporary increase.
type Increase struct {
	ID        string    `json:"id"`
	Add       string    `json:"add"`    // in the limit's unit; "0" for none
	Factor    string    `json:"factor"` // "" for none
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// IncreaseInput raises a limit until a moment: by an amount of its unit, to a factor of it, or both.
type IncreaseInput struct {
	Add    string    `json:"add,omitempty"`
	Factor string    `json:"factor,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// Invitation is a body of the API.
type Invitation struct {
	ID          string    `json:"id"`
	Email       string    `json:"email"`
	Name        string    `json:"name"`
	State       string    `json:"state"`
	InvitedBy   string    `json:"invited_by"`
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at"`
	Link        string    `json:"link,omitempty"` // Link is there for open invitations without an address only, and only for one that was asked for by id.
	Role        string    `json:"role"`
	Departments []string  `json:"departments"` // of managers and viewers
	Teams       []string  `json:"teams"`
}

// InvitationInput writes an invitation. Without email the answer has a link to hand over.
type InvitationInput struct {
	Email       string   `json:"email,omitempty"`
	Name        string   `json:"name,omitempty"`
	Role        string   `json:"role,omitempty"`
	Departments []string `json:"departments,omitempty"` // of managers and viewers
	Teams       []string `json:"teams,omitempty"`
}

// InvitationList is a body of the API.
type InvitationList struct {
	Data    []Invitation `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// JoinAdmission is what happens with people who have an address in a domain.
type JoinAdmission struct {
	Requests    bool     `json:"requests"`
	Auto        bool     `json:"auto"`
	Role        string   `json:"role"`
	Departments []string `json:"departments"` // of managers and viewers
	Teams       []string `json:"teams"`
}

// JoinApplicant is a body of the API.
type JoinApplicant struct {
	ID        string     `json:"id"`
	Email     string     `json:"email"`
	Name      string     `json:"name"`
	Note      string     `json:"note"`
	State     string     `json:"state"` // waiting, approved, refused
	AskedAt   time.Time  `json:"asked_at"`
	DecidedAt *time.Time `json:"decided_at"`
	DecidedBy string     `json:"decided_by"`
}

// JoinApplicantList is a body of the API.
type JoinApplicantList struct {
	Data    []JoinApplicant `json:"data"`
	HasMore bool            `json:"has_more"`       // whether there are more pages
	Next    string          `json:"next,omitempty"` // give it as after
}

// JoinGrant is what somebody gets who comes in.
type JoinGrant struct {
	Role        string   `json:"role,omitempty"`
	Departments []string `json:"departments,omitempty"` // of managers and viewers
	Teams       []string `json:"teams,omitempty"`
}

// Key is a key in the management API. The secret is never in it.
type Key struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"` // prefix, public part and last four
	Status     string     `json:"status"`
	Team       string     `json:"team"`
	Member     string     `json:"member,omitempty"`
	Account    string     `json:"account,omitempty"` // a service account's name
	Agent      string     `json:"agent,omitempty"`   // the program whose log-in this is; it has no secret
	Models     []string   `json:"models"`
	Networks   []string   `json:"networks"`
	Endpoints  []string   `json:"endpoints"` // classes; none = all
	Tags       []string   `json:"tags"`      // pairs like project=apollo, put on every request
	Held       bool       `json:"held"`      // disabled by somebody else than its member, who may not enable it again
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	OldUntil   *time.Time `json:"old_secret_until"` // when the secret before the last rotation stops, or stopped
}

// KeyChange changes what it names and leaves the rest. Empty lists allow everything.
type KeyChange struct {
	Name      *string   `json:"name,omitempty"`
	Models    *[]string `json:"models,omitempty"`
	Networks  *[]string `json:"networks,omitempty"`
	Endpoints *[]string `json:"endpoints,omitempty"`
	Tags      *[]string `json:"tags,omitempty"`
	ExpiresAt *string   `json:"expires_at,omitempty"` // RFC 3339; "" = it does not expire
}

// KeyCreated is a new key with its secret, shown once.
type KeyCreated struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"` // prefix, public part and last four
	Status     string     `json:"status"`
	Team       string     `json:"team"`
	Member     string     `json:"member,omitempty"`
	Account    string     `json:"account,omitempty"` // a service account's name
	Agent      string     `json:"agent,omitempty"`   // the program whose log-in this is; it has no secret
	Models     []string   `json:"models"`
	Networks   []string   `json:"networks"`
	Endpoints  []string   `json:"endpoints"` // classes; none = all
	Tags       []string   `json:"tags"`      // pairs like project=apollo, put on every request
	Held       bool       `json:"held"`      // disabled by somebody else than its member, who may not enable it again
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	OldUntil   *time.Time `json:"old_secret_until"` // when the secret before the last rotation stops, or stopped
	Secret     string     `json:"secret"`
}

// KeyInput makes a key. member and account exclude each other.
type KeyInput struct {
	Name              string    `json:"name,omitempty"`
	Team              string    `json:"team,omitempty"`
	Member            string    `json:"member,omitempty"`
	Account           string    `json:"account,omitempty"`
	Models            []string  `json:"models,omitempty"`
	Networks          []string  `json:"networks,omitempty"`
	Endpoints         []string  `json:"endpoints,omitempty"` // chat, responses, embeddings, images, audio, moderations, files; none = all
	ExpiresAt         time.Time `json:"expires_at,omitzero"`
	Tags              []string  `json:"tags,omitempty"`          // pairs like project=apollo, put on every request; they win over the request's own
	BudgetUSD         string    `json:"budget_usd,omitempty"`    // a hard budget; "" = none
	BudgetPeriod      string    `json:"budget_period,omitempty"` // daily, weekly, monthly, quarterly, total; "" = monthly
	RequestsPerMinute int64     `json:"requests_per_minute,omitempty"`
	TokensPerMinute   int64     `json:"tokens_per_minute,omitempty"`
}

// KeyList is a page of keys, newest first. Next is what to pass as ?after= for the following one, "" on the last.
type KeyList struct {
	Data    []Key  `json:"data"`
	Next    string `json:"next,omitempty"`
	HasMore bool   `json:"has_more"` // whether there are more pages
}

// Limit is a rate limit in the management API, with where it stands. Amounts are counts, or decimals of USD where unit is "cost"; durations are such as "1m0s".
type Limit struct {
	ID         string      `json:"id"`
	Scope      string      `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string      `json:"scope_kind"`
	ScopeLabel string      `json:"scope_label"`
	Tag        string      `json:"tag"`
	Model      string      `json:"model"`
	Endpoint   string      `json:"endpoint"`
	Name       string      `json:"name"`
	Unit       string      `json:"unit"`
	Amount     string      `json:"amount"`
	Window     string      `json:"window"`
	Soft       bool        `json:"soft"`
	Burst      *LimitBurst `json:"burst"`     // null without one
	InForce    string      `json:"in_force"`  // amount with increases and burst
	Used       string      `json:"used"`      // what counts now
	ResetsIn   string      `json:"resets_in"` // until nothing counts any more
	Increases  []Increase  `json:"increases"` // in force
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
}

// LimitAskInput asks that a limit be raised for a while.
type LimitAskInput struct {
	Add    string    `json:"add,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// LimitBurst is a rise of the limit, at most once a day.
type LimitBurst struct {
	Factor   string `json:"factor"` // "1.5"
	Duration string `json:"duration"`
	Cooldown string `json:"cooldown"`
}

// LimitChange changes what it names and leaves the rest. A burst of factor "1" is none.
type LimitChange struct {
	Model    *string     `json:"model,omitempty"`
	Endpoint *string     `json:"endpoint,omitempty"`
	Name     *string     `json:"name,omitempty"`
	Amount   *string     `json:"amount,omitempty"`
	Window   *string     `json:"window,omitempty"`
	Soft     *bool       `json:"soft,omitempty"`
	Burst    *LimitBurst `json:"burst,omitempty"`
}

// LimitDenialInput refuses.
type LimitDenialInput struct {
	Note string `json:"note,omitempty"`
}

// LimitInput sets a limit. Without a scope it is the organization's.
type LimitInput struct {
	Scope    string      `json:"scope,omitempty"`
	Tag      string      `json:"tag,omitempty"`
	Model    string      `json:"model,omitempty"`
	Endpoint string      `json:"endpoint,omitempty"`
	Name     string      `json:"name,omitempty"`
	Unit     string      `json:"unit,omitempty"`
	Amount   string      `json:"amount,omitempty"`
	Window   string      `json:"window,omitempty"`
	Soft     bool        `json:"soft,omitempty"`
	Burst    *LimitBurst `json:"burst,omitempty"`
}

// LimitList is a body of the API.
type LimitList struct {
	Data    []Limit `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// LimitRequest is somebody's request that a limit be raised. add is in the limit's unit.
type LimitRequest struct {
	ID         string     `json:"id"`
	Limit      string     `json:"limit"`
	Name       string     `json:"limit_name"`
	ScopeLabel string     `json:"scope_label"`
	Unit       string     `json:"unit"`
	Add        string     `json:"add"`
	Until      time.Time  `json:"until"`
	Reason     string     `json:"reason"`
	State      string     `json:"state"` // pending, approved, denied, expired, withdrawn
	AskedBy    string     `json:"asked_by"`
	AskedAt    time.Time  `json:"asked_at"`
	ExpiresAt  time.Time  `json:"expires_at"` // when it is too late to decide
	DecidedBy  string     `json:"decided_by"`
	DecidedAt  *time.Time `json:"decided_at"`
	Note       string     `json:"note"`
	Increase   string     `json:"increase,omitempty"` // what an approval made
	CanDecide  bool       `json:"can_decide"`
}

// LimitRequestList is a body of the API.
type LimitRequestList struct {
	Data    []LimitRequest `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// LimitVerdictInput approves. Empty fields grant what was asked for.
type LimitVerdictInput struct {
	Add   string     `json:"add,omitempty"`
	Until *time.Time `json:"until,omitempty"`
	Note  string     `json:"note,omitempty"`
}

// Member is a member: role is the highest of roles, teams those they belong to, the default one first.
type Member struct {
	ID         string     `json:"id"`
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	Status     string     `json:"status"`
	Role       string     `json:"role"`
	Roles      []Role     `json:"roles"`
	Teams      []string   `json:"teams"`
	CreatedAt  time.Time  `json:"created_at"`
	DisabledAt *time.Time `json:"disabled_at,omitempty"`
	RemovedAt  *time.Time `json:"removed_at,omitempty"`
}

// MemberInput lets a person in. Password is written, never read; without one they cannot log in by password yet.
type MemberInput struct {
	Email       string   `json:"email,omitempty"`
	Name        string   `json:"name,omitempty"`
	Role        string   `json:"role,omitempty"`
	Departments []string `json:"departments,omitempty"`
	Teams       []string `json:"teams,omitempty"`
	Password    string   `json:"password,omitempty"`
}

// MemberList is a body of the API.
type MemberList struct {
	Data    []Member `json:"data"`
	Next    string   `json:"next,omitempty"`
	HasMore bool     `json:"has_more"` // whether there are more pages
}

// Model is one model on offer. Prices are USD per million tokens, as exact decimals; absent where none is known.
type Model struct {
	Name          string      `json:"name"` // connection/model
	Model         string      `json:"model"`
	Connection    string      `json:"connection"`
	ContextWindow int64       `json:"context_window,omitempty"`
	InputUSD      string      `json:"input_usd_per_mtok,omitempty"`
	CachedUSD     string      `json:"cached_usd_per_mtok,omitempty"`
	OutputUSD     string      `json:"output_usd_per_mtok,omitempty"`
	Deprecated    bool        `json:"deprecated,omitempty"`
	Facts         *RouteFacts `json:"facts,omitempty"` // Facts are the catalogue's, at list prices; absent where it does not know the model.
}

// ModelList is a body of the API.
type ModelList struct {
	Data    []Model `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Move is how many requests would go to another first target. Waits are the medians of whole answers, as they were observed; 0 is not observed.
type Move struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Requests   int    `json:"requests"`
	Unpriced   int    `json:"unpriced"`
	BeforeUSD  string `json:"before_usd"`
	AfterUSD   string `json:"after_usd"`
	WaitBefore int64  `json:"wait_before_ms"`
	WaitAfter  int64  `json:"wait_after_ms"`
}

// MoveInput is a body of the API.
type MoveInput struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Organization is a body of the API.
type Organization struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
}

// OrganizationInput is a body of the API.
type OrganizationInput struct {
	Name string `json:"name,omitempty"`
	Slug string `json:"slug,omitempty"`
	Zone string `json:"zone,omitempty"`
}

// Outage is a time in which a target was left alone.
type Outage struct {
	ID             string         `json:"id"`
	ConnectionID   string         `json:"connection_id"`
	Model          string         `json:"model"` // "" = the connection as a whole
	Cause          string         `json:"cause"`
	Openings       int            `json:"openings"` // of its breaker, failed probes included
	Began          time.Time      `json:"began"`
	Ended          *time.Time     `json:"ended"` // null = it goes on
	Acknowledged   *time.Time     `json:"acknowledged"`
	AcknowledgedBy string         `json:"acknowledged_by"`
	Resolved       *time.Time     `json:"resolved"`
	ResolvedBy     string         `json:"resolved_by"`
	Notes          []HealthRemark `json:"notes"` // only where one outage is shown
}

// OutageList is all outages.
type OutageList struct {
	Data    []Outage `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// Override is a price of the tenant's own.
type Override struct {
	ID         string            `json:"id"`
	Provider   string            `json:"provider,omitempty"`
	Connection string            `json:"connection,omitempty"`
	Model      string            `json:"model"`
	From       time.Time         `json:"from"`
	Until      *time.Time        `json:"until"`
	Prices     map[string]string `json:"prices_usd"`
	Note       string            `json:"note,omitempty"`
	Version    string            `json:"price_version"` // as attempts store it
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// OverrideChange changes what it names and leaves the rest.
type OverrideChange struct {
	From   *time.Time         `json:"from,omitempty"`
	Until  *time.Time         `json:"until,omitempty"`
	Prices *map[string]string `json:"prices_usd,omitempty"`
	Note   *string            `json:"note,omitempty"`
}

// OverrideInput is a body of the API.
type OverrideInput struct {
	Provider   string            `json:"provider,omitempty"`
	Connection string            `json:"connection,omitempty"`
	Model      string            `json:"model,omitempty"`
	From       time.Time         `json:"from,omitzero"`
	Until      time.Time         `json:"until,omitzero"`
	Prices     map[string]string `json:"prices_usd,omitempty"`
	Note       string            `json:"note,omitempty"`
}

// OverrideList is a body of the API.
type OverrideList struct {
	Data    []Override `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}

// Period is one period of a budget as it stands in the books.
type Period struct {
	StartsAt   time.Time  `json:"starts_at"`
	EndsAt     *time.Time `json:"ends_at"` // null for a total
	Present    string     `json:"present"` // what could be spent in it
	RolledOver string     `json:"rolled_over"`
	Granted    string     `json:"granted"`
	Spent      string     `json:"spent"` // without suspense
	Suspense   string     `json:"suspense"`
}

// PeriodList is a body of the API.
type PeriodList struct {
	Data    []Period `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// PiiActions is what each built-in detector does: off, log, mask or block.
type PiiActions struct {
	Email  string `json:"email"`
	Phone  string `json:"phone"`
	SSN    string `json:"ssn"`
	Card   string `json:"card"`
	IBAN   string `json:"iban"`
	Secret string `json:"secret"`
}

// PiiFound is what one detector found. The value itself is kept nowhere.
type PiiFound struct {
	Detector string `json:"detector"` // email, phone, ssn, card, iban, secret, or a pattern's name
	Pattern  bool   `json:"pattern"`  // it is one of the organization's own
	Action   string `json:"action"`
	Count    int    `json:"count"` // 0: the pattern could not be checked in time
}

// PiiPattern is one of the organization's own detectors.
type PiiPattern struct {
	Name   string `json:"name"`
	Expr   string `json:"expr"`   // RE2, at most 512 bytes
	Action string `json:"action"` // log, mask or block
}

// Policy is what log-ins must show. Lifetimes are in seconds, 0 for the installation's default.
type Policy struct {
	SecondFactor    bool   `json:"second_factor"`
	SSOOnly         bool   `json:"sso_only"`
	BreakGlass      string `json:"break_glass"`
	IdleSeconds     int64  `json:"idle_seconds"`
	AbsoluteSeconds int64  `json:"absolute_seconds"`
}

// PolicyChange changes what it names and leaves the rest.
type PolicyChange struct {
	Allow      *[]string `json:"allow,omitempty"`
	Deny       *[]string `json:"deny,omitempty"`
	MayAsk     *bool     `json:"may_ask,omitempty"`
	Highest    *string   `json:"highest_tier,omitempty"`  // "" = any
	MaxCostUSD *string   `json:"max_cost_usd,omitempty"`  // "" = anything
	AskAbove   *string   `json:"ask_above_usd,omitempty"` // "" = never
	Approver   *string   `json:"approver,omitempty"`
}

// PolicyInput sets a policy. Without a scope it is the organization's.
type PolicyInput struct {
	Scope      string   `json:"scope,omitempty"`
	Allow      []string `json:"allow,omitempty"`
	Deny       []string `json:"deny,omitempty"`
	MayAsk     bool     `json:"may_ask,omitempty"`
	Highest    string   `json:"highest_tier,omitempty"`
	MaxCostUSD string   `json:"max_cost_usd,omitempty"`
	AskAbove   string   `json:"ask_above_usd,omitempty"`
	Approver   string   `json:"approver,omitempty"` // "" = manager
}

// PolicyList is a body of the API.
type PolicyList struct {
	Data    []PolicyPolicy `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// PolicyPolicy is a policy in the management API.
type PolicyPolicy struct {
	ID         string    `json:"id"`
	Scope      string    `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string    `json:"scope_kind"`
	ScopeLabel string    `json:"scope_label"`
	Allow      []string  `json:"allow"`         // patterns of models that may be used; empty = all
	Deny       []string  `json:"deny"`          // patterns of models that may not; wins over allow
	MayAsk     bool      `json:"may_ask"`       // models that the lists refuse may be asked for
	Highest    string    `json:"highest_tier"`  // economy, standard or premium; models above need an approval; "" = any
	MaxCostUSD string    `json:"max_cost_usd"`  // the largest cost of one request; "" = anything
	AskAbove   string    `json:"ask_above_usd"` // a request that can cost more needs an approval; "" = never
	Approver   string    `json:"approver"`      // the lowest role that may approve: lead, manager or admin
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// PolicyTier is what an organization says about the tier of models.
type PolicyTier struct {
	ID        string    `json:"id"`
	Pattern   string    `json:"pattern"` // a model, or with * for any characters; the longest that fits counts
	Tier      string    `json:"tier"`    // economy, standard or premium
	CreatedAt time.Time `json:"created_at"`
}

// PolicyTierInput sets the tier of models. A second one for the same pattern changes it.
type PolicyTierInput struct {
	Pattern string `json:"pattern,omitempty"`
	Tier    string `json:"tier,omitempty"`
}

// PolicyTierList is a body of the API.
type PolicyTierList struct {
	Data    []PolicyTier `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// Price is a model of the catalogue. Prices are USD per million tokens, or per request and search.
type Price struct {
	Provider      string            `json:"provider"`
	Model         string            `json:"model"`
	Name          string            `json:"name"`
	Prices        map[string]string `json:"prices_usd"` // null when no price is known
	ContextWindow int64             `json:"context_window,omitempty"`
	Tiered        bool              `json:"tiered"`
	Dated         bool              `json:"dated"`
	TimeOfDay     bool              `json:"time_of_day"`
	Deprecated    bool              `json:"deprecated"`
}

// PriceList is a body of the API.
type PriceList struct {
	Version string  `json:"version"` // of the catalogue
	Data    []Price `json:"data"`
	Next    string  `json:"next,omitempty"` // give it as ?after=
	HasMore bool    `json:"has_more"`       // whether there are more pages
}

// Provider is the identity provider. Its client secret is written, never read.
type Provider struct {
	Connected      bool      `json:"connected"`
	ID             string    `json:"id,omitempty"`
	Name           string    `json:"name,omitempty"`
	Issuer         string    `json:"issuer,omitempty"`
	ClientID       string    `json:"client_id,omitempty"`
	HasSecret      bool      `json:"has_secret"`
	Provision      bool      `json:"provision"`
	Domains        []string  `json:"domains"`
	Role           string    `json:"role,omitempty"`
	Team           string    `json:"team,omitempty"`
	TrustEmail     bool      `json:"trust_email"`
	GroupClaim     string    `json:"group_claim,omitempty"`
	RedirectURI    string    `json:"redirect_uri"`
	BackChannelURI string    `json:"back_channel_logout_uri"`
	UpdatedAt      time.Time `json:"updated_at,omitzero"`
}

// ProviderFailure is a body of the API.
type ProviderFailure struct {
	At     time.Time `json:"at"`
	Class  string    `json:"class"`
	Status int       `json:"status,omitempty"`
	Note   string    `json:"note,omitempty"` // for admins
}

// ProviderInput sets the identity provider. An empty client_secret keeps the one there is; public says that there is none.
type ProviderInput struct {
	Name         string   `json:"name,omitempty"`
	Issuer       string   `json:"issuer,omitempty"`
	ClientID     string   `json:"client_id,omitempty"`
	ClientSecret string   `json:"client_secret,omitempty"`
	Public       bool     `json:"public,omitempty"`
	Provision    bool     `json:"provision,omitempty"`
	Domains      []string `json:"domains,omitempty"`
	Role         string   `json:"role,omitempty"`
	Team         string   `json:"team,omitempty"`
	TrustEmail   bool     `json:"trust_email,omitempty"`
	GroupClaim   string   `json:"group_claim,omitempty"`
}

// ProviderKind is a kind of connection and what one of it must say.
type ProviderKind struct {
	Kind            string            `json:"kind"`
	Title           string            `json:"title"`
	About           string            `json:"about"`
	BaseURL         string            `json:"base_url,omitempty"` // stands in where a connection names none
	NeedsBaseURL    bool              `json:"needs_base_url"`     // NeedsBaseURL and NeedsCredential say what a connection cannot do without.
	NeedsCredential bool              `json:"needs_credential"`
	Settings        []Setting         `json:"settings,omitempty"`
	Services        []ProviderService `json:"services,omitempty"` // Services are known servers of the kind; naming one fills in its address.
}

// ProviderKindList is a body of the API.
type ProviderKindList struct {
	Data    []ProviderKind `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// ProviderListChange is how a list of models last differed from the time before.
type ProviderListChange struct {
	At      time.Time `json:"at"`
	Added   []string  `json:"added"`
	Removed []string  `json:"removed"`
	More    int       `json:"more,omitempty"` // changes that are not named here
}

// ProviderService is a body of the API.
type ProviderService struct {
	Service         string `json:"service"`
	Title           string `json:"title"`
	BaseURL         string `json:"base_url"`
	NeedsCredential bool   `json:"needs_credential"`
}

// ReconcileAccount is a connection whose provider has a cost report. The credential is never in it.
type ReconcileAccount struct {
	Connection    string         `json:"connection"`
	Name          string         `json:"name"`
	HasCredential bool           `json:"has_credential"`
	KeyHint       string         `json:"key_hint,omitempty"` // last four characters
	Narrow        string         `json:"narrow,omitempty"`
	ReadAt        *time.Time     `json:"read_at"`
	Trouble       string         `json:"trouble,omitempty"` // why the last reading failed
	Data          []ReconcileDay `json:"data"`
	HasMore       bool           `json:"has_more"`       // whether there are more pages
	Next          string         `json:"next,omitempty"` // give it as after
}

// ReconcileCredentialInput sets what reads a report. Credential is written, never read; without it the one there is stays.
type ReconcileCredentialInput struct {
	Credential string `json:"credential,omitempty"`
	Narrow     string `json:"narrow,omitempty"` // the provider's project or workspace
}

// ReconcileDay is one connection's day (UTC) in both books.
type ReconcileDay struct {
	Connection string          `json:"connection"`
	Day        string          `json:"day"` // 2026-08-20
	Ours       string          `json:"ours_usd"`
	Theirs     string          `json:"theirs_usd"`
	Difference string          `json:"difference_usd"`
	Captured   int64           `json:"captured_per_mille"`
	Verdict    string          `json:"verdict"` // agrees, missing, excess, nothing
	Attempts   int64           `json:"attempts"`
	ReadAt     time.Time       `json:"read_at"`
	OurLines   []ReconcileLine `json:"our_lines,omitempty"`
	TheirLines []ReconcileLine `json:"their_lines,omitempty"`
}

// ReconcileDayList is a body of the API.
type ReconcileDayList struct {
	Data    []ReconcileDay `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// ReconcileLine is a body of the API.
type ReconcileLine struct {
	Item string `json:"item"`
	Cost string `json:"cost_usd"`
}

// Rehearsal is a replay as far as it is: running, done or broken off.
type Rehearsal struct {
	ID        string        `json:"id"`
	State     string        `json:"state"`
	Days      int           `json:"days"`
	Draft     RouteDocument `json:"draft"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
	UpdatedAt time.Time     `json:"updated_at"`
	Outcome   RouteOutcome  `json:"outcome"`
}

// RehearsalInput asks to replay the last days' requests, the newest 100,000 of them, against a draft.
type RehearsalInput struct {
	Draft RouteDocument `json:"draft,omitempty"`
	Days  int           `json:"days,omitempty"`
}

// ReleaseInput releases what a node left on a budget. Without period_start in every period, without amount all of it.
type ReleaseInput struct {
	Node        string    `json:"node,omitempty"`
	PeriodStart time.Time `json:"period_start,omitzero"`
	Amount      string    `json:"amount,omitempty"`
	Note        string    `json:"note,omitempty"`
}

// ReleaseList is a body of the API.
type ReleaseList struct {
	Data    []Released `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}

// Released is one release.
type Released struct {
	ID          string    `json:"id"`
	Node        string    `json:"node"`
	PeriodStart time.Time `json:"period_start"`
	Amount      string    `json:"amount"`
	By          string    `json:"by"`
	Note        string    `json:"note"`
	At          time.Time `json:"at"`
}

// ReportAttempt is one upstream attempt.
type ReportAttempt struct {
	ID           string    `json:"id"`
	Number       int       `json:"number"`
	At           time.Time `json:"at"`
	Connection   string    `json:"connection"`
	Kind         string    `json:"kind"`
	Model        string    `json:"model"`
	State        string    `json:"state"`
	Status       int       `json:"status"`
	Class        string    `json:"class,omitempty"`
	Note         string    `json:"note,omitempty"`
	InputTokens  int64     `json:"input_tokens"`
	CachedTokens int64     `json:"cached_tokens"`
	Images       int64     `json:"images,omitempty"`
	AudioSeconds int64     `json:"audio_seconds,omitempty"`
	Characters   int64     `json:"characters,omitempty"`
	OutputTokens int64     `json:"output_tokens"`
	HeldUSD      string    `json:"held_usd"`
	CostUSD      string    `json:"cost_usd"`
	PriceVersion string    `json:"price_version"`
	FirstByteUS  int64     `json:"first_byte_us"`
	DurationUS   int64     `json:"duration_us"`
}

// ReportRefusal is how a budget stood when it refused. Amounts are strings in its measure.
type ReportRefusal struct {
	Budget  string `json:"budget_id"`
	Measure string `json:"measure"`
	Needed  string `json:"needed"` // 0 where no price is known
	Limit   string `json:"limit"`
	Spent   string `json:"spent"`
	Held    string `json:"held"`
	Left    string `json:"left"`
}

// Request is a request in the management API. Amounts are exact decimal strings.
type Request struct {
	ID           string    `json:"id"`
	At           time.Time `json:"at"`
	KeyID        string    `json:"key_id"`
	Key          string    `json:"key,omitempty"`
	TeamID       string    `json:"team_id,omitempty"`
	Team         string    `json:"team,omitempty"`
	MemberID     string    `json:"member_id,omitempty"`
	Member       string    `json:"member,omitempty"`
	Family       string    `json:"family"`
	Endpoint     string    `json:"endpoint"`
	Stream       bool      `json:"stream"`
	Asked        string    `json:"asked"`
	Model        string    `json:"model,omitempty"`
	Connection   string    `json:"connection,omitempty"`
	Route        string    `json:"route,omitempty"`
	Client       string    `json:"client,omitempty"`
	Tags         string    `json:"tags,omitempty"`
	EndUser      string    `json:"end_user,omitempty"`
	Session      string    `json:"session,omitempty"`
	Cache        string    `json:"cache,omitempty"`
	Attempts     int       `json:"attempts"`
	Status       int       `json:"status"`
	Code         string    `json:"code,omitempty"`
	InputTokens  int64     `json:"input_tokens"`
	OutputTokens int64     `json:"output_tokens"`
	CostUSD      string    `json:"cost_usd"`
	FirstByteUS  int64     `json:"first_byte_us"`
	DurationUS   int64     `json:"duration_us"`
	OverheadUS   int64     `json:"overhead_us"`
}

// RequestDetail is a body of the API.
type RequestDetail struct {
	ID           string          `json:"id"`
	At           time.Time       `json:"at"`
	KeyID        string          `json:"key_id"`
	Key          string          `json:"key,omitempty"`
	TeamID       string          `json:"team_id,omitempty"`
	Team         string          `json:"team,omitempty"`
	MemberID     string          `json:"member_id,omitempty"`
	Member       string          `json:"member,omitempty"`
	Family       string          `json:"family"`
	Endpoint     string          `json:"endpoint"`
	Stream       bool            `json:"stream"`
	Asked        string          `json:"asked"`
	Model        string          `json:"model,omitempty"`
	Connection   string          `json:"connection,omitempty"`
	Route        string          `json:"route,omitempty"`
	Client       string          `json:"client,omitempty"`
	Tags         string          `json:"tags,omitempty"`
	EndUser      string          `json:"end_user,omitempty"`
	Session      string          `json:"session,omitempty"`
	Cache        string          `json:"cache,omitempty"`
	Attempts     int             `json:"attempts"`
	Status       int             `json:"status"`
	Code         string          `json:"code,omitempty"`
	InputTokens  int64           `json:"input_tokens"`
	OutputTokens int64           `json:"output_tokens"`
	CostUSD      string          `json:"cost_usd"`
	FirstByteUS  int64           `json:"first_byte_us"`
	DurationUS   int64           `json:"duration_us"`
	OverheadUS   int64           `json:"overhead_us"`
	Message      string          `json:"message,omitempty"`
	Refusal      *ReportRefusal  `json:"refusal,omitempty"` // of a request that a budget refused
	Decisions    []string        `json:"decisions"`
	Tries        []ReportAttempt `json:"tries"`
}

// RequestList is a body of the API.
type RequestList struct {
	Data    []Request `json:"data"`
	HasMore bool      `json:"has_more"`
	Next    string    `json:"next,omitempty"` // give it as ?after=
}

// Retention is how long entries are kept.
type Retention struct {
	KeepDays int `json:"keep_days"` // 30 to 3650, or 0 for ever
}

// RevokeInput names keys that lie unused, 200 at most.
type RevokeInput struct {
	Keys []string `json:"keys,omitempty"`
}

// Role is a role and the id of the node it holds at: the organization, a department or a team.
type Role struct {
	Role string `json:"role"`
	At   string `json:"at"`
}

// RolesInput is all roles that a member has from now on, and their default team; empty is the first.
type RolesInput struct {
	Roles []Role `json:"roles,omitempty"`
	Home  string `json:"home,omitempty"`
}

// RollbackInput names the version to go back to. What it says becomes the newest version.
type RollbackInput struct {
	Version int64 `json:"version,omitempty"`
}

// RotateInput says how long the old secret goes on working.
type RotateInput struct {
	OverlapHours *int `json:"overlap_hours,omitempty"` // 0 to 168; 24 if it is left out
}

// Route is a route: an alias with its rules, or the organization's own rules, which have neither id nor alias.
type Route struct {
	ID          string           `json:"id,omitempty"`
	Alias       string           `json:"alias,omitempty"`
	Strategy    string           `json:"strategy,omitempty"`
	Targets     []RouteToTarget  `json:"targets,omitempty"`
	Rules       []RuleText       `json:"rules,omitempty"`
	Canary      *RouteCanaryText `json:"canary,omitempty"`
	Unsupported string           `json:"unsupported_parameters,omitempty"`
	Holidays    []string         `json:"holidays,omitempty"`
	Version     int64            `json:"version,omitempty"`
	UpdatedAt   time.Time        `json:"updated_at"`
}

// RouteCanaryText is a body of the API.
type RouteCanaryText struct {
	Percent int             `json:"percent"`
	Targets []RouteToTarget `json:"targets"`
	Sticky  string          `json:"sticky,omitempty"`
}

// RouteDocument is a body of the API.
type RouteDocument struct {
	Alias       string           `json:"alias,omitempty"`
	Strategy    string           `json:"strategy,omitempty"`
	Targets     []RouteToTarget  `json:"targets,omitempty"`
	Rules       []RuleText       `json:"rules,omitempty"`
	Canary      *RouteCanaryText `json:"canary,omitempty"`
	Unsupported string           `json:"unsupported_parameters,omitempty"`
	Holidays    []string         `json:"holidays,omitempty"`
	Version     int64            `json:"version,omitempty"`
}

// RouteDry is where the request would go, in order, and what each rule said.
type RouteDry struct {
	Route    string           `json:"route"`
	Strategy string           `json:"strategy"`
	Targets  []RouteDryTarget `json:"targets"`
	Rules    []RouteStep      `json:"rules"`
}

// RouteDryInput is a request that might be made: what conditions of rules ask about it. What is left out is empty, no or 0; of a member the role and attributes, and of a team the department, are filled in.
type RouteDryInput struct {
	Model          string            `json:"model,omitempty"`
	Team           string            `json:"team,omitempty"`
	Department     string            `json:"department,omitempty"`
	Member         string            `json:"member,omitempty"`
	Role           string            `json:"role,omitempty"`
	Attributes     map[string]string `json:"attributes,omitempty"`
	Key            string            `json:"key,omitempty"`
	ServiceAccount bool              `json:"service_account,omitempty"`
	Endpoint       string            `json:"endpoint,omitempty"` // chat if left out
	Dialect        string            `json:"dialect,omitempty"`
	Client         string            `json:"client,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
	Priority       string            `json:"priority,omitempty"`
	EndUser        string            `json:"end_user,omitempty"`
	Session        string            `json:"session,omitempty"`
	Purpose        string            `json:"purpose,omitempty"`
	InputTokens    int               `json:"input_tokens,omitempty"`
	MaxTokens      int               `json:"max_tokens,omitempty"`
	Messages       int               `json:"messages,omitempty"`
	Stream         bool              `json:"stream,omitempty"`
	Tools          bool              `json:"tools,omitempty"`
	Images         bool              `json:"images,omitempty"`
	Audio          bool              `json:"audio,omitempty"`
	Files          bool              `json:"files,omitempty"`
	JSONSchema     bool              `json:"json_schema,omitempty"`
	Reasoning      bool              `json:"reasoning,omitempty"`
	BudgetUsed     int               `json:"budget_used,omitempty"` // percent
	At             *time.Time        `json:"at,omitempty"`          // now if left out
	Draft          *RouteDocument    `json:"draft,omitempty"`       // Draft is a route to be asked as if it were saved.
}

// RouteDryTarget is a body of the API.
type RouteDryTarget struct {
	Target string `json:"target"`
	Why    string `json:"why"`
	Weight int    `json:"weight"`
}

// RouteEntry is one model of the catalogue and the connections that offer it.
type RouteEntry struct {
	ID            string            `json:"id"` // provider/model
	Name          string            `json:"name"`
	Provider      string            `json:"provider"`
	OfferedAs     []string          `json:"offered_as"` // connection/model
	ContextWindow int64             `json:"context_window,omitempty"`
	MaxOutput     int64             `json:"max_output_tokens,omitempty"`
	Images        bool              `json:"takes_images"`
	Documents     bool              `json:"takes_documents"`
	Audio         bool              `json:"takes_audio"`
	Tools         bool              `json:"tools"`
	JSONSchema    bool              `json:"json_schema"`
	Reasoning     bool              `json:"reasoning"`
	Deprecated    bool              `json:"deprecated,omitempty"`
	Prices        map[string]string `json:"prices_usd,omitempty"`
	Tiers         []RouteTier       `json:"tiers,omitempty"`
}

// RouteEntryList is a body of the API.
type RouteEntryList struct {
	Data    []RouteEntry `json:"data"`
	Total   int          `json:"total"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// RouteFacts is what the catalogue knows of a model. Prices are USD per million tokens, or per request or search; a class that is missing is charged as the wider one that holds it. What is not said is not known.
type RouteFacts struct {
	ContextWindow int64             `json:"context_window,omitempty"`
	MaxOutput     int64             `json:"max_output_tokens,omitempty"`
	Images        bool              `json:"takes_images"`
	Documents     bool              `json:"takes_documents"`
	Audio         bool              `json:"takes_audio"`
	Tools         bool              `json:"tools"`
	JSONSchema    bool              `json:"json_schema"`
	Reasoning     bool              `json:"reasoning"`
	Deprecated    bool              `json:"deprecated,omitempty"`
	Prices        map[string]string `json:"prices_usd,omitempty"`
	Tiers         []RouteTier       `json:"tiers,omitempty"`
}

// RouteList is a body of the API.
type RouteList struct {
	Data    []Route `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// RouteOutcome is what a replay found. Costs are of the judged requests whose both ways have a price, with the usage that was booked: before and after at today's prices, booked as it was.
type RouteOutcome struct {
	Requests  int          `json:"requests"`
	Judged    int          `json:"judged"`
	Unjudged  int          `json:"unjudged"` // Unjudged are those of which a condition asks what is not stored; missing names it.
	Missing   []string     `json:"missing"`
	Lost      int          `json:"lost"` // whose model is gone
	Changed   int          `json:"changed"`
	Unpriced  int          `json:"unpriced"`
	BeforeUSD string       `json:"before_usd"`
	AfterUSD  string       `json:"after_usd"`
	BookedUSD string       `json:"booked_usd"`
	More      bool         `json:"more"` // there were more requests than are replayed
	Routes    []RouteTally `json:"routes"`
	Moves     []Move       `json:"moves"`
}

// RoutePart is a body of the API.
type RoutePart struct {
	Text    string `json:"text"`
	Value   string `json:"value"`
	Holds   bool   `json:"holds"`
	Unknown bool   `json:"unknown,omitempty"`
}

// RoutePolicy is the organization's routing policy in the management API.
type RoutePolicy struct {
	Unsupported string `json:"unsupported_parameters"` // Unsupported is what becomes of a parameter that the serving provider does not have: warn, drop or reject.
}

// RouteStep is a body of the API.
type RouteStep struct {
	Of      string      `json:"of"`
	Rule    string      `json:"rule"`
	When    string      `json:"when"`
	Matched bool        `json:"matched"`
	Decided bool        `json:"decided"`
	Why     string      `json:"why,omitempty"`
	Parts   []RoutePart `json:"parts,omitempty"`
}

// RouteTally is a body of the API.
type RouteTally struct {
	Route    string `json:"route"`
	Requests int    `json:"requests"`
}

// RouteTier is a price that replaces the base price of a class for the whole request once its input is longer.
type RouteTier struct {
	Class string `json:"class"`
	Above int64  `json:"above_input_tokens"`
	USD   string `json:"usd"`
}

// RouteToTarget is a body of the API.
type RouteToTarget struct {
	To     string `json:"to"`
	Weight int    `json:"weight,omitempty"`
}

// RouteYaml is a file of routes: YAML documents, one for each alias, and one without an alias for the organization's rules.
type RouteYaml struct {
	YAML string `json:"yaml"`
}

// Rule is a data rule in the management API.
type Rule struct {
	ID         string       `json:"id"`
	Scope      string       `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string       `json:"scope_kind"`
	ScopeLabel string       `json:"scope_label"`
	Actions    PiiActions   `json:"actions"`
	Patterns   []PiiPattern `json:"patterns"`
	Allow      []string     `json:"allow"` // values that are no finding; @acme.com for a domain
	CreatedAt  time.Time    `json:"created_at"`
	UpdatedAt  time.Time    `json:"updated_at"`
}

// RuleChange changes what it names and leaves the rest; of actions, too.
type RuleChange struct {
	Actions  PiiActions    `json:"actions,omitempty"`
	Patterns *[]PiiPattern `json:"patterns,omitempty"`
	Allow    *[]string     `json:"allow,omitempty"`
}

// RuleInput sets a rule. Without a scope it is the organization's. A detector that is left out is off.
type RuleInput struct {
	Scope    string       `json:"scope,omitempty"`
	Actions  PiiActions   `json:"actions,omitempty"`
	Patterns []PiiPattern `json:"patterns,omitempty"`
	Allow    []string     `json:"allow,omitempty"`
}

// RuleList is a body of the API.
type RuleList struct {
	Data    []Rule `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

// RuleName says whose rules.
type RuleName struct {
	ConnectionID string `json:"connection_id,omitempty"` // "" = all connections
}

// RuleText is a body of the API.
type RuleText struct {
	Name     string          `json:"name"`
	When     string          `json:"when"`
	Targets  []RouteToTarget `json:"targets"`
	Strategy string          `json:"strategy,omitempty"`
}

// ScimGrant is what people get; role "" gives nothing.
type ScimGrant struct {
	Role        string   `json:"role"`
	Departments []string `json:"departments"` // of managers and viewers
	Teams       []string `json:"teams"`
}

// ScimGroup is a body of the API.
type ScimGroup struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"display_name"`
	ExternalID  string    `json:"external_id"`
	Members     int       `json:"members"`
	Gives       ScimGrant `json:"gives"`
}

// ScimMade has the secret, which is shown this once.
type ScimMade struct {
	Token   ScimToken `json:"token"`
	Secret  string    `json:"secret"`
	BaseURL string    `json:"base_url"`
}

// ScimToken is a body of the API.
type ScimToken struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Last4     string     `json:"last4"`
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at"` // to the hour
	ExpiresAt *time.Time `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

// ScimTokenInput is a body of the API.
type ScimTokenInput struct {
	Name string `json:"name,omitempty"`
}

// Session is a body of the API.
type Session struct {
	ID         string    `json:"id"`
	Method     string    `json:"method"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
	BeganAt    time.Time `json:"began_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// SessionList is a body of the API.
type SessionList struct {
	Data    []Session `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Setting is a body of the API.
type Setting struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	About   string `json:"about"`
	Example string `json:"example"`
}

// SuspenseList is a body of the API.
type SuspenseList struct {
	Data    []BudgetSuspended `json:"data"`
	HasMore bool              `json:"has_more"`       // whether there are more pages
	Next    string            `json:"next,omitempty"` // give it as after
}

// SwitchInput names the target to send requests to first. Keep tries the present one next.
type SwitchInput struct {
	Target string `json:"target,omitempty"`
	Keep   bool   `json:"keep,omitempty"`
}

// Team is a body of the API.
type Team struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Department string     `json:"department,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// TeamInput makes a team; without a department it stands outside all of them.
type TeamInput struct {
	Name       string `json:"name,omitempty"`
	Department string `json:"department,omitempty"`
}

// TeamList is a body of the API.
type TeamList struct {
	Data    []Team `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

// Timeout is a setting as it is stored.
type Timeout struct {
	Model           string `json:"model"`     // "" = all
	Operation       string `json:"operation"` // "" = all
	Connect         string `json:"connect"`   // "" = the wider setting's, as of all that follow
	Headers         string `json:"headers"`
	First           string `json:"first"`
	Gap             string `json:"gap"`
	Answer          string `json:"answer"`
	Total           string `json:"total"`
	OnTimeout       string `json:"on_timeout"`
	Tries           int    `json:"tries"` // 0 = the wider setting's
	TriesBeforeNext int    `json:"tries_before_next"`
	Backoff         string `json:"backoff"`
	MaxBackoff      string `json:"max_backoff"`
	RetryUnsure     bool   `json:"retry_unsure"`
	RefuseWhenOpen  bool   `json:"refuse_when_open"`
}

// TimeoutInput is a setting; what is empty comes from the wider setting, in the end from the defaults.
type TimeoutInput struct {
	Model           string `json:"model,omitempty"`             // as clients name it; "" = all
	Operation       string `json:"operation,omitempty"`         // chat, embeddings, …; "" = all
	Preset          string `json:"preset,omitempty"`            // quick, standard or extended: fills the times that are empty
	Connect         string `json:"connect,omitempty"`           // "3s"
	Headers         string `json:"headers,omitempty"`           // streams, until the answer's headers
	First           string `json:"first,omitempty"`             // streams, until the first event
	Gap             string `json:"gap,omitempty"`               // streams, between two events
	Answer          string `json:"answer,omitempty"`            // documents, one try
	Total           string `json:"total,omitempty"`             // the request with all its tries
	OnTimeout       string `json:"on_timeout,omitempty"`        // next, retry or error
	Tries           int    `json:"tries,omitempty"`             // at one target, the first included
	TriesBeforeNext int    `json:"tries_before_next,omitempty"` // while another target is left
	Backoff         string `json:"backoff,omitempty"`           // the longest first pause
	MaxBackoff      string `json:"max_backoff,omitempty"`
	RetryUnsure     bool   `json:"retry_unsure,omitempty"`     // also what the provider may have done already
	RefuseWhenOpen  bool   `json:"refuse_when_open,omitempty"` // circuit_open instead of the least bad target
}

// TimeoutList is all settings.
type TimeoutList struct {
	Data    []Timeout `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// TimeoutName says which setting.
type TimeoutName struct {
	Model     string `json:"model,omitempty"`
	Operation string `json:"operation,omitempty"`
}

// Token is a management token. The secret is never in it.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`   // prefix, public part and last four
	Status     string     `json:"status"` // active, expired or revoked
	Role       string     `json:"role"`   // a personal token has its member's of the moment
	At         string     `json:"at"`     // where the role holds: id of the organization, a department or a team
	Personal   bool       `json:"personal"`
	Member     string     `json:"member,omitempty"` // who made it; a personal one acts as them
	Scopes     []string   `json:"scopes"`           // what narrows the role; empty if nothing does
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // null = never
	LastUsedAt *time.Time `json:"last_used_at"` // to the minute
	RevokedAt  *time.Time `json:"revoked_at"`
}

// TokenInput makes a token. A personal one acts as its maker and takes no role.
type TokenInput struct {
	Name      string    `json:"name,omitempty"`
	Role      string    `json:"role,omitempty"`
	At        string    `json:"at,omitempty"` // where the role holds: id of a department or team; without it the organization for admins and managers
	Personal  bool      `json:"personal,omitempty"`
	Scopes    []string  `json:"scopes,omitempty"`    // resource:read or resource:write; none = no narrowing
	ExpiresAt time.Time `json:"expires_at,omitzero"` // left out = never
}

// TokenList is a body of the API.
type TokenList struct {
	Data    []Token `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Trial is a body of the API.
type Trial struct {
	Data    []TrialAnswer `json:"data"`
	HasMore bool          `json:"has_more"`       // whether there are more pages
	Next    string        `json:"next,omitempty"` // give it as after
}

// TrialAnswer is what one target said, or why it did not.
type TrialAnswer struct {
	Target       string `json:"target"`
	RequestID    string `json:"request_id,omitempty"`
	Status       int    `json:"status"`
	Text         string `json:"text,omitempty"`
	Refusal      string `json:"refusal,omitempty"`
	Truncated    bool   `json:"truncated,omitempty"`
	CostUSD      string `json:"cost_usd,omitempty"`
	InputTokens  int64  `json:"input_tokens"`
	OutputTokens int64  `json:"output_tokens"`
	TookMS       int64  `json:"took_ms"`
	Warning      string `json:"warning,omitempty"`
}

// TrialInput asks up to four models the same question, as the key of a service that the token may manage.
type TrialInput struct {
	Key             string   `json:"key,omitempty"`
	Targets         []string `json:"targets,omitempty"` // connection/model
	Prompt          string   `json:"prompt,omitempty"`
	MaxOutputTokens int64    `json:"max_output_tokens,omitempty"` // 500 where it is left out
}

// Try is what would become of it. The text is not repeated.
type Try struct {
	Action string     `json:"action"`
	Reason string     `json:"reason"` // of a refusal
	Found  []PiiFound `json:"found"`  // with action off: detectors that no rule wants
}

// TryInput is a text to be tried.
type TryInput struct {
	Scope string `json:"scope,omitempty"` // the place it would be sent below; the organization by default
	Text  string `json:"text,omitempty"`  // at most 64 KiB
}

// Usage is what one value of a dimension comes to.
type Usage struct {
	ID           string   `json:"id"`
	Name         string   `json:"name,omitempty"`
	Requests     int64    `json:"requests"`
	Errors       int64    `json:"errors"`
	InputTokens  int64    `json:"input_tokens"`
	CachedTokens int64    `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64    `json:"output_tokens"`
	CostUSD      string   `json:"cost_usd"`
	CacheHitRate *float64 `json:"cache_hit_rate"` // CacheHitRate is cached_tokens ÷ input_tokens; null without input.
}

// UsageList is a body of the API.
type UsageList struct {
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Data    []Usage   `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Verification is what walking the chain found.
type Verification struct {
	OK      bool   `json:"ok"`
	Entries int64  `json:"entries"` // proven ones
	Problem string `json:"problem"` // where the chain stops being true, and how
}

// Version is what a route said once. Action is empty for what was there before versions were kept.
type Version struct {
	Number int64         `json:"number"`
	Action string        `json:"action,omitempty"`
	By     string        `json:"by,omitempty"`
	At     time.Time     `json:"at"`
	Route  RouteDocument `json:"route"`
}

// VersionList is a body of the API.
type VersionList struct {
	Data    []Version `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Whoami is whose token this is.
type Whoami struct {
	Organization string   `json:"organization"`      // id
	Slug         string   `json:"organization_slug"` // the organization's word in URLs
	Name         string   `json:"organization_name"` // the organization's name
	Actor        string   `json:"actor"`             // as the audit log names it
	Member       string   `json:"member,omitempty"`  // whose personal token it is
	Role         string   `json:"role"`              // admin, manager, lead, developer or viewer
	Token        string   `json:"token"`             // the token's id
	Scopes       []string `json:"scopes"`            // what narrows the role; empty if nothing does
}
