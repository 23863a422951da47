package identityweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Tree answers for people, teams, departments, service accounts and the organization's settings.
type Tree struct{ TreeParts }

// TreeParts are what Tree works with. All are required.
type TreeParts struct {
	People  *identity.Service
	Keys    Keys
	Budgets Budgets
	Reports Reports
	Kept    Kept
}

// Keys are the virtual keys that an actor may see. *key.Service implements it.
type Keys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
	OfAccounts(ctx context.Context, actor org.Actor) (map[id.Account]int, error)
}

// Budgets are those that an actor may see. *budget.Service implements it.
type Budgets interface {
	List(ctx context.Context, actor org.Actor) ([]budget.Entry, error)
}

// Kept is how long single requests are kept. *usage.Retention implements it.
type Kept interface {
	Days(ctx context.Context, a org.Actor) (int, error)
	SetDays(ctx context.Context, a org.Actor, days int) error
}

// Reports say what was spent. *usage.Service implements it.
type Reports interface {
	Month(ctx context.Context, a org.Actor, d usage.Dim, value string) (usage.Totals, error)
}

// NewTree makes the handlers.
func NewTree(p TreeParts) *Tree { return &Tree{p} }

// Where the pages live.
const (
	peoplePath      = "/people"
	teamsPath       = "/teams"
	departmentsPath = "/departments"
	accountsPath    = "/service-accounts"
	settingsPath    = "/settings"
)

// Routes are the room's URLs about the tree, for app/routes.go.
func (h *Tree) Routes() []web.Route {
	page := func(method, path, name string, floor org.Role, audit string, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Name: name, Guard: web.Person, Floor: floor, Audit: audit, Handle: handle}
	}
	const get, post = http.MethodGet, http.MethodPost
	person, team, department, account := peoplePath+"/:id", teamsPath+"/:id", departmentsPath+"/:id", accountsPath+"/:id"
	return append([]web.Route{
		page(get, peoplePath, "people.list", org.Viewer, "", h.people),
		page(get, peoplePath+"/new", "people.new", org.Admin, "", h.newPerson),
		page(post, peoplePath, "people.add", org.Admin, "member.added", h.addPerson),
		page(get, person, "people.show", org.Viewer, "", h.person),
		page(post, person+"/roles", "people.give", org.Lead, "member.role_given", h.give),
		page(post, person+"/roles/take", "people.take", org.Lead, "member.role_taken", h.take),
		page(post, person+"/move", "people.move", org.Lead, "member.moved", h.movePerson),
		page(post, person+"/disable", "people.disable", org.Manager, "member.disabled", h.disable),
		page(post, person+"/enable", "people.enable", org.Manager, "member.enabled", h.enable),
		page(post, person+"/remove", "people.remove", org.Manager, "member.removed", h.remove),

		page(get, teamsPath, "teams.list", org.Viewer, "", h.tree),
		page(post, teamsPath, "teams.create", org.Manager, "team.created", h.addTeam),
		page(get, team, "teams.show", org.Viewer, "", h.team),
		page(get, team+"/plan", "teams.plan", org.Manager, "", h.planTeam),
		page(post, team+"/rename", "teams.rename", org.Manager, "team.renamed", h.renameTeam),
		page(post, team+"/move", "teams.move", org.Manager, "team.moved", h.moveTeam),
		page(post, team+"/merge", "teams.merge", org.Manager, "team.merged", h.mergeTeam),
		page(post, team+"/archive", "teams.archive", org.Manager, "team.archived", h.archiveTeam),
		page(post, team+"/restore", "teams.restore", org.Manager, "team.restored", h.restoreTeam),

		page(post, departmentsPath, "departments.create", org.Admin, "department.created", h.addDepartment),
		page(get, department, "departments.show", org.Viewer, "", h.department),
		page(get, department+"/plan", "departments.plan", org.Admin, "", h.planDepartment),
		page(post, department+"/rename", "departments.rename", org.Manager, "department.renamed", h.renameDepartment),
		page(post, department+"/merge", "departments.merge", org.Admin, "department.merged", h.mergeDepartment),
		page(post, department+"/archive", "departments.archive", org.Admin, "department.archived", h.archiveDepartment),
		page(post, department+"/restore", "departments.restore", org.Admin, "department.restored", h.restoreDepartment),

		page(get, accountsPath, "service_accounts.list", org.Viewer, "", h.accounts),
		page(post, accountsPath, "service_accounts.create", org.Lead, "account.created", h.addAccount),
		page(get, account, "service_accounts.show", org.Viewer, "", h.account),
		page(post, account+"/rename", "service_accounts.rename", org.Lead, "account.renamed", h.renameAccount),
		page(post, account+"/move", "service_accounts.move", org.Lead, "account.moved", h.moveAccount),
		page(post, account+"/archive", "service_accounts.archive", org.Lead, "account.archived", h.archiveAccount),
		page(post, account+"/restore", "service_accounts.restore", org.Lead, "account.restored", h.restoreAccount),

		page(get, settingsPath, "settings.show", org.Admin, "", h.settings),
		page(post, settingsPath, "settings.save", org.Admin, "organization.changed", h.saveSettings),
		page(post, settingsPath+"/retention", "settings.retain", org.Admin, "usage.retention_set", h.saveRetention),
		page(get, settingsPath+"/delete", "settings.delete_form", org.Admin, "", h.deleteForm),
		page(post, settingsPath+"/delete", "settings.delete", org.Admin, "organization.deleted", h.deleteOrganization),
	}, h.apiRoutes()...)
}

func (h *Tree) apiRoutes() []web.Route {
	const get, post, patch, put, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete
	const api = web.APIRoot
	read := func(path, name string, out any, handle func(*web.Context) error) web.Route {
		return web.Route{Method: get, Path: api + path, Name: "api." + name, Guard: web.Token, Floor: org.Viewer, Out: out, Handle: handle}
	}
	act := func(method, path, name string, floor org.Role, audit string, in, out any, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: api + path, Name: "api." + name, Guard: web.Token, Floor: floor, Audit: audit, In: in, Out: out, Handle: handle}
	}
	none := web.None{}
	return []web.Route{
		read("organization", "organization.show", organizationJSON{}, h.apiOrganization),
		act(put, "organization", "organization.change", org.Admin, "organization.changed", organizationInput{}, organizationJSON{}, h.apiSetOrganization),
		act(post, "organization/delete", "organization.delete", org.Admin, "organization.deleted", deletionInput{}, none, h.apiDeleteOrganization),

		read("members", "members.list", memberList{}, h.apiMembers),
		act(post, "members", "members.add", org.Admin, "member.added", memberInput{}, memberJSON{}, h.apiAddMember),
		read("members/:id", "members.show", memberJSON{}, h.apiMember),
		act(put, "members/:id/roles", "members.place", org.Lead, "member.placed", rolesInput{}, memberJSON{}, h.apiPlace),
		act(post, "members/:id/move", "members.move", org.Lead, "member.moved", moveInput{}, memberJSON{}, h.apiMoveMember),
		act(post, "members/:id/disable", "members.disable", org.Manager, "member.disabled", none, memberJSON{}, h.apiDisable),
		act(post, "members/:id/enable", "members.enable", org.Manager, "member.enabled", none, memberJSON{}, h.apiEnable),
		act(del, "members/:id", "members.remove", org.Manager, "member.removed", nil, none, h.apiRemoveMember),

		read("departments", "departments.list", departmentList{}, h.apiDepartments),
		act(post, "departments", "departments.create", org.Admin, "department.created", nameInput{}, departmentJSON{}, h.apiAddDepartment),
		read("departments/:id", "departments.show", departmentJSON{}, h.apiDepartment),
		act(patch, "departments/:id", "departments.rename", org.Manager, "department.renamed", nameInput{}, departmentJSON{}, h.apiRenameDepartment),
		act(post, "departments/:id/merge", "departments.merge", org.Admin, "department.merged", intoInput{}, departmentJSON{}, h.apiMergeDepartment),
		act(post, "departments/:id/archive", "departments.archive", org.Admin, "department.archived", none, departmentJSON{}, h.apiArchiveDepartment),
		act(post, "departments/:id/restore", "departments.restore", org.Admin, "department.restored", none, departmentJSON{}, h.apiRestoreDepartment),

		read("teams", "teams.list", teamList{}, h.apiTeams),
		act(post, "teams", "teams.create", org.Manager, "team.created", teamInput{}, teamJSON{}, h.apiAddTeam),
		read("teams/:id", "teams.show", teamJSON{}, h.apiTeam),
		act(patch, "teams/:id", "teams.rename", org.Manager, "team.renamed", nameInput{}, teamJSON{}, h.apiRenameTeam),
		act(post, "teams/:id/move", "teams.move", org.Manager, "team.moved", departmentInput{}, teamJSON{}, h.apiMoveTeam),
		act(post, "teams/:id/merge", "teams.merge", org.Manager, "team.merged", intoInput{}, teamJSON{}, h.apiMergeTeam),
		act(post, "teams/:id/archive", "teams.archive", org.Manager, "team.archived", none, teamJSON{}, h.apiArchiveTeam),
		act(post, "teams/:id/restore", "teams.restore", org.Manager, "team.restored", none, teamJSON{}, h.apiRestoreTeam),

		read("service-accounts", "service_accounts.list", accountList{}, h.apiAccounts),
		act(post, "service-accounts", "service_accounts.create", org.Lead, "account.created", accountInput{}, accountJSON{}, h.apiAddAccount),
		read("service-accounts/:id", "service_accounts.show", accountJSON{}, h.apiAccount),
		act(patch, "service-accounts/:id", "service_accounts.rename", org.Lead, "account.renamed", nameInput{}, accountJSON{}, h.apiRenameAccount),
		act(post, "service-accounts/:id/move", "service_accounts.move", org.Lead, "account.moved", inTeamInput{}, accountJSON{}, h.apiMoveAccount),
		act(post, "service-accounts/:id/archive", "service_accounts.archive", org.Lead, "account.archived", none, accountJSON{}, h.apiArchiveAccount),
		act(post, "service-accounts/:id/restore", "service_accounts.restore", org.Lead, "account.restored", none, accountJSON{}, h.apiRestoreAccount),
	}
}
