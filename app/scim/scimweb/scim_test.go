package scimweb_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/scim/scimweb"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type site struct {
	*webtest.House
	webtest.Tenant
	t         *testing.T
	directory *scim.Service
	handler   http.Handler
	token     string
}

func serve(t *testing.T, d *db.DB) *site {
	t.Helper()
	h := webtest.NewHouse(t, d)
	mac, err := h.Master.MAC(scim.TokenPurpose)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{House: h, Tenant: h.Found(t, "Acme"), t: t}
	s.directory = scim.New(scim.Parts{Store: db.NewSCIMStore(d), Orgs: db.NewOrgStore(d), People: h.Identity, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, IDs: h.IDs,
		MAC: mac, Log: slog.New(slog.DiscardHandler)})
	h.Directories = s.directory
	s.handler = h.Serve(t, append(scimweb.New(s.directory, h.Identity, h.Clock, slog.New(slog.DiscardHandler)).Routes(), webtest.Enter()))
	s.token = s.mint(s.Tenant)
	return s
}

func (s *site) mint(x webtest.Tenant) string {
	s.t.Helper()
	text, _, err := s.directory.CreateToken(s.t.Context(), x.Actor(org.Admin), "Okta")
	if err != nil {
		s.t.Fatal(err)
	}
	return text.Reveal()
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
}

// at walks into the answer: at("emails", 0, "value").
func (a answer) at(path ...any) any {
	var v any = a.body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func (a answer) id() string { s, _ := a.body["id"].(string); return s }

func (s *site) as(token, method, path, body string, header ...string) answer {
	s.t.Helper()
	q := httptest.NewRequest(method, "/scim/v2/"+path, strings.NewReader(body))
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/scim+json")
	for n := 0; n+1 < len(header); n += 2 {
		q.Header.Set(header[n], header[n+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, q)
	a := answer{status: w.Code, header: w.Header()}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
		if kind := w.Header().Get("Content-Type"); kind != "application/scim+json" {
			s.t.Errorf("%s %s: content type %q", method, path, kind)
		}
	}
	return a
}

func (s *site) ask(method, path, body string, header ...string) answer {
	s.t.Helper()
	return s.as(s.token, method, path, body, header...)
}

func (s *site) want(what string, a answer, status int) answer {
	s.t.Helper()
	if a.status != status {
		s.t.Fatalf("%s: %d, want %d: %v", what, a.status, status, a.body)
	}
	if status >= 400 && a.at("schemas", 0) != "urn:ietf:params:scim:api:messages:2.0:Error" {
		s.t.Errorf("%s: not an error in SCIM's shape: %v", what, a.body)
	}
	return a
}

func (s *site) member(userID string) org.Member {
	s.t.Helper()
	which, err := id.ParseMember(userID)
	if err != nil {
		s.t.Fatal(err)
	}
	u, _, err := s.directory.User(s.t.Context(), org.System(s.Org.ID, "test"), which)
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := db.NewOrgStore(s.DB).Member(s.t.Context(), s.Org.ID, u.Member)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// The user of RFC 7643 8.2 and 7644 3.3, shortened; what it says must come back.
const babs = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"externalId":"701984","userName":"bjensen@example.com","name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara"},
	"displayName":"Babs Jensen","nickName":"Babs","title":"Tour Guide","password":"t1meMa$heen",
	"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],
	"phoneNumbers":[{"value":"555-555-5555","type":"work"}],"active":true,
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","department":"Tour Operations"}}`

func TestAUserComesChangesAndGoesByTheRFC(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		made := s.want("create", s.ask("POST", "Users", babs), 201)
		if made.at("userName") != "bjensen@example.com" || made.at("externalId") != "701984" || made.at("name", "familyName") != "Jensen" || made.at("nickName") != "Babs" ||
			made.at("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "department") != "Tour Operations" || made.at("active") != true || made.at("password") != nil ||
			made.at("meta", "resourceType") != "User" || made.header.Get("Etag") != made.at("meta", "version") || made.at("meta", "location") != "http://127.0.0.1:8080/scim/v2/Users/"+made.id() {
			t.Errorf("made %v, %v", made.body, made.header)
		}
		if m := s.member(made.id()); m.Email != "bjensen@example.com" || m.Name != "Babs Jensen" || m.Role != org.Viewer {
			t.Errorf("member %+v", m)
		}
		again := s.want("the same once more", s.ask("POST", "Users", babs), 409)
		if again.at("scimType") != "uniqueness" {
			t.Errorf("again %v", again.body)
		}
		path := "Users/" + made.id()
		got := s.want("get", s.ask("GET", path, ""), 200)
		if got.at("emails", 1, "value") != "babs@jensen.org" {
			t.Errorf("got %v", got.body)
		}
		// RFC 7644 3.5.2.1, 3.5.2.2 and 3.5.2.3.
		patch := func(operations string) answer {
			t.Helper()
			return s.want("patch "+operations, s.ask("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`), 200)
		}
		if a := patch(`{"op":"add","value":{"emails":[{"value":"babs@other.org","type":"other"}],"nickName":"Barb"}}`); len(a.at("emails").([]any)) != 3 || a.at("nickName") != "Barb" {
			t.Errorf("add %v", a.body)
		}
		if a := patch(`{"op":"remove","path":"emails[type eq \"other\"]"}`); len(a.at("emails").([]any)) != 2 {
			t.Errorf("remove by filter %v", a.body)
		}
		if a := patch(`{"op":"replace","path":"emails[type eq \"home\"].value","value":"barb@jensen.org"}`); a.at("emails", 1, "value") != "barb@jensen.org" {
			t.Errorf("replace a part %v", a.body)
		}
		if a := patch(`{"op":"remove","path":"nickName"},{"op":"replace","path":"name.familyName","value":"Jones"},{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division","value":"Parks"}`); a.at("nickName") != nil ||
			a.at("name", "familyName") != "Jones" || a.at("name", "givenName") != "Barbara" || a.at("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "division") != "Parks" ||
			a.at("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "department") != "Tour Operations" {
			t.Errorf("several %v", a.body)
		}
		// RFC 7644 3.5.1: what is not said is gone.
		put := s.want("replace", s.ask("PUT", path, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen@example.com","displayName":"Barbara Jones"}`), 200)
		if put.at("title") != nil || put.at("externalId") != nil || put.at("active") != true || s.member(made.id()).Name != "Barbara Jones" {
			t.Errorf("put %v", put.body)
		}
		// 3.14: versions.
		s.want("an old version", s.ask("PUT", path, babs, "If-Match", made.header.Get("Etag")), 412)
		s.want("an old version by patch", s.ask("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"title"}]}`, "If-Match", `W/"x"`), 412)
		s.want("an old version deleted", s.ask("DELETE", path, "", "If-Match", made.header.Get("Etag")), 412)
		s.want("the present version", s.ask("PUT", path, babs, "If-Match", put.header.Get("Etag")), 200)
		s.want("delete", s.ask("DELETE", path, ""), 204)
		for _, method := range []string{"GET", "DELETE"} {
			s.want(method+" what is gone", s.ask(method, path, ""), 404)
		}
		s.want("create anew", s.ask("POST", "Users", babs), 201)
	})
}

func TestListsFilterAndPage(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	s.want("create", s.ask("POST", "Users", babs), 201)
	total := func(path string) (float64, int) {
		t.Helper()
		a := s.want(path, s.ask("GET", path, ""), 200)
		if a.at("schemas", 0) != "urn:ietf:params:scim:api:messages:2.0:ListResponse" {
			t.Errorf("%s: %v", path, a.body["schemas"])
		}
		list, _ := a.at("Resources").([]any)
		return a.at("totalResults").(float64), len(list)
	}
	for filter, want := range map[string]float64{
		"": 7, `userName eq "bjensen@example.com"`: 1, `userName eq "BJENSEN@example.com"`: 1, `userName eq "nobody"`: 0, `username Eq "admin@acme.test"`: 1,
		`externalId eq "701984"`: 1, `externalId eq "x"`: 0, `name.familyName co "ens"`: 1, `userName sw "admin"`: 1, `title pr`: 1, `not (title pr)`: 6,
		`emails.value eq "babs@jensen.org"`: 1, `emails[type eq "work" and value co "@acme.test"]`: 6, `emails eq "admin@acme.test"`: 1, `active eq true`: 7, `active eq false`: 0,
		`userName eq "bjensen@example.com" or userName eq "admin@acme.test"`: 2, `displayName eq "Babs Jensen" and emails.type eq "home"`: 1,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Tour Operations"`: 1, `urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b"`: 1,
		`meta.lastModified gt "2020-01-01T00:00:00Z"`: 7, `meta.created lt "2020-01-01T00:00:00Z"`: 0, `meta.lastModified gt "2020-01-01T00:00:00Z" and userName sw "bj"`: 1,
	} {
		if n, _ := total("Users?filter=" + url.QueryEscape(filter)); n != want {
			t.Errorf("%s: %v, want %v", filter, n, want)
		}
	}
	seen := map[string]bool{}
	for start := 1; start <= 7; start += 3 {
		a := s.ask("GET", fmt.Sprintf("Users?startIndex=%d&count=3", start), "")
		for _, r := range a.at("Resources").([]any) {
			seen[r.(map[string]any)["id"].(string)] = true
		}
	}
	if len(seen) != 7 {
		t.Errorf("paging gave %d of 7", len(seen))
	}
	if n, shown := total("Users?count=0"); n != 7 || shown != 0 {
		t.Errorf("count=0: %v, %d", n, shown)
	}
	if n, shown := total("Users?startIndex=100"); n != 7 || shown != 0 {
		t.Errorf("beyond the end: %v, %d", n, shown)
	}
	for _, bad := range []string{"filter=userName", "filter=nope+eq+%22x%22", "filter=userName+is+%22x%22", "count=x", "filter=userName+eq", "filter=%28"} {
		s.want(bad, s.ask("GET", "Users?"+bad, ""), 400)
	}
	a := s.ask("GET", "Users?attributes=userName&filter="+url.QueryEscape(`externalId eq "701984"`), "")
	if a.at("Resources", 0, "userName") == nil || a.at("Resources", 0, "emails") != nil || a.at("Resources", 0, "id") == nil {
		t.Errorf("attributes: %v", a.body)
	}
	search := s.want("search", s.ask("POST", "Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName sw \"bj\"","attributes":["userName"],"count":10}`), 200)
	if search.at("totalResults") != 1.0 || search.at("Resources", 0, "title") != nil {
		t.Errorf("search %v", search.body)
	}
}

// What Okta sends, by its SCIM reference: it asks, creates, replaces with active false to deactivate, and patches groups.
func TestOktasRequestsWork(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	if a := s.want("is there one", s.ask("GET", `Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100`, ""), 200); a.at("totalResults") != 0.0 {
		t.Errorf("got %v", a.body)
	}
	user := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"test.user@okta.local","name":{"givenName":"Test","familyName":"User"},
		"emails":[{"primary":true,"value":"test.user@okta.local","type":"work"}],"displayName":"Test User","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":%s}`
	made := s.want("create", s.ask("POST", "Users", fmt.Sprintf(user, "true")), 201)
	group := s.want("a group", s.ask("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Test SCIMv2","members":[]}`), 201)
	path := "Groups/" + group.id()
	patch := func(operations string) answer {
		t.Helper()
		return s.want("patch", s.ask("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`), 200)
	}
	if a := patch(`{"op":"replace","value":{"id":"` + group.id() + `","displayName":"Engineers"}}`); a.at("displayName") != "Engineers" {
		t.Errorf("renamed %v", a.body)
	}
	if a := patch(`{"op":"add","path":"members","value":[{"value":"` + made.id() + `","display":"test.user@okta.local"}]}`); a.at("members", 0, "value") != made.id() {
		t.Errorf("added %v", a.body)
	}
	if got := s.ask("GET", "Users/"+made.id(), ""); got.at("groups", 0, "display") != "Engineers" {
		t.Errorf("the user's groups: %v", got.body)
	}
	if a := patch(`{"op":"remove","path":"members[value eq \"` + made.id() + `\"]"}`); len(a.at("members").([]any)) != 0 {
		t.Errorf("removed %v", a.body)
	}
	if a := s.want("deactivate", s.ask("PUT", "Users/"+made.id(), fmt.Sprintf(user, "false")), 200); a.at("active") != false {
		t.Errorf("put %v", a.body)
	}
	if a := s.want("activate", s.ask("PATCH", "Users/"+made.id(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":true}}]}`), 200); a.at("active") != true || a.id() != made.id() {
		t.Errorf("patched %v", a.body)
	}
	if a := s.want("groups", s.ask("GET", "Groups?startIndex=1&count=100", ""), 200); a.at("totalResults") != 1.0 {
		t.Errorf("groups %v", a.body)
	}
}

// What Entra ID sends, by its provisioning reference: capitalised operations, booleans as text, members removed by value,
// groups asked for without their members.
func TestEntrasRequestsWork(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	made := s.want("create", s.ask("POST", "Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"Test_User_ab6490ee","active":true,
		"emails":[{"primary":true,"type":"work","value":"Test_User_fd0ea19b@testuser.com"}],"meta":{"resourceType":"User"},
		"name":{"formatted":"givenName familyName","familyName":"familyName","givenName":"givenName"},"roles":[]}`), 201)
	if m := s.member(made.id()); m.Email != "test_user_fd0ea19b@testuser.com" || m.Name != "givenName familyName" {
		t.Errorf("member %+v", m)
	}
	patch := func(path, operations string, status int) answer {
		t.Helper()
		return s.want("patch "+operations, s.ask("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`), status)
	}
	users := "Users/" + made.id()
	a := patch(users, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"updated@microsoft.com"},{"op":"Replace","path":"name.familyName","value":"updatedFamilyName"},
		{"op":"Replace","path":"userName","value":"5b50642d@testuser.com"},{"op":"Add","path":"displayName","value":"Updated Name"}`, 200)
	if a.at("emails", 0, "value") != "updated@microsoft.com" || a.at("userName") != "5b50642d@testuser.com" || s.member(made.id()).Email != "updated@microsoft.com" || s.member(made.id()).Name != "Updated Name" {
		t.Errorf("updated %v", a.body)
	}
	if a := patch(users, `{"op":"Replace","path":"active","value":"False"}`, 200); a.at("active") != false {
		t.Errorf("disabled %v", a.body)
	}
	if a := patch(users, `{"op":"Replace","value":{"active":"True"}}`, 200); a.at("active") != true {
		t.Errorf("enabled %v", a.body)
	}
	group := s.want("a group", s.ask("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"externalId":"8aa1a0c0","displayName":"displayName","meta":{"resourceType":"Group"}}`), 201)
	groups := "Groups/" + group.id()
	if a := patch(groups, `{"op":"Replace","path":"displayName","value":"updatedDisplayName"},{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+made.id()+`"}]}`, 200); a.at("displayName") != "updatedDisplayName" || len(a.at("members").([]any)) != 1 {
		t.Errorf("group %v", a.body)
	}
	if a := s.want("without members", s.ask("GET", groups+"?excludedAttributes=members", ""), 200); a.at("members") != nil || a.at("displayName") == nil {
		t.Errorf("got %v", a.body)
	}
	if a := s.want("by name", s.ask("GET", `Groups?excludedAttributes=members&filter=displayName%20eq%20%22updatedDisplayName%22`, ""), 200); a.at("totalResults") != 1.0 || a.at("Resources", 0, "members") != nil {
		t.Errorf("got %v", a.body)
	}
	if a := patch(groups, `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"`+made.id()+`"}]}`, 200); len(a.at("members").([]any)) != 0 {
		t.Errorf("removed %v", a.body)
	}
	s.want("a stranger as member", s.ask("PATCH", groups, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"nobody"}]}]}`), 400)
	s.want("delete the group", s.ask("DELETE", groups, ""), 204)
	s.want("delete the user", s.ask("DELETE", users, ""), 204)
}

func TestDiscoveryAndNonsense(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	config := s.want("config", s.ask("GET", "ServiceProviderConfig", ""), 200)
	if config.at("etag", "supported") != true || config.at("patch", "supported") != true || config.at("bulk", "supported") != false {
		t.Errorf("config %v", config.body)
	}
	if a := s.want("types", s.ask("GET", "ResourceTypes", ""), 200); a.at("totalResults") != 2.0 {
		t.Errorf("types %v", a.body)
	}
	s.want("one type", s.ask("GET", "ResourceTypes/User", ""), 200)
	s.want("schemas", s.ask("GET", "Schemas", ""), 200)
	s.want("one schema", s.ask("GET", "Schemas/urn:ietf:params:scim:schemas:core:2.0:User", ""), 200)
	s.want("no such path", s.ask("GET", "Nothing", ""), 404)
	s.want("no token", s.as("", "GET", "Users", ""), 401)
	s.want("nonsense for a token", s.as("bds_live_x", "GET", "Users", ""), 401)
	const head = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
	for what, body := range map[string]string{
		"not JSON": `{`, "a list": `[]`, "two values": head + `"userName":"a@x.test"} {}`, "no userName": head + `"displayName":"x"}`, "no address": head + `"userName":"x"}`,
		"a wrong address": head + `"userName":"x","emails":[{"value":"nope"}]}`, "a number for a name": head + `"userName":5}`, "no schemas": `{"userName":"a@x.test"}`,
		"active is no boolean": head + `"userName":"a@x.test","active":"perhaps"}`, "a huge userName": head + `"userName":"` + strings.Repeat("a", 300) + `@x.test"}`,
		"an address with a line break": head + `"userName":"x","emails":[{"value":"a@x.test\nBcc: b@x.test"}]}`, "emails is no list of objects": head + `"userName":"x","emails":["a"]}`,
	} {
		s.want(what, s.ask("POST", "Users", body), 400)
	}
	path := "Users/" + s.Members[org.Viewer].ID.String()
	for what, operations := range map[string]string{
		"no operations": ``, "an unknown operation": `{"op":"swap","path":"title","value":"x"}`, "an unknown path": `{"op":"replace","path":"nope","value":"x"}`,
		"a broken path": `{"op":"replace","path":"emails[","value":"x"}`, "no value": `{"op":"add","path":"title"}`, "remove without path": `{"op":"remove"}`,
		"no userName left": `{"op":"remove","path":"userName"}`, "a wrong type": `{"op":"replace","path":"active","value":{"x":1}}`,
	} {
		s.want(what, s.ask("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`), 400)
	}
	s.want("too large", s.ask("POST", "Users", `"`+strings.Repeat("x", 3<<20)+`"`), 413)
}

func TestGroupsGiveWhatTheyAreMappedToAndTakeItBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		admin := s.Actor(org.Admin)
		made := s.want("create", s.ask("POST", "Users", babs), 201)
		group := func(name string, members ...string) answer {
			t.Helper()
			var list []string
			for _, m := range members {
				list = append(list, `{"value":"`+m+`"}`)
			}
			return s.want(name, s.ask("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"`+name+`","members":[`+strings.Join(list, ",")+`]}`), 201)
		}
		mapTo := func(g answer, in identity.Grant) error {
			t.Helper()
			which, err := id.ParseGroup(g.id())
			if err != nil {
				t.Fatal(err)
			}
			return s.directory.Map(t.Context(), admin, which, in)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		is := func(what string, role org.Role, teams ...id.Team) {
			t.Helper()
			m := s.member(made.id())
			ok := m.Role == role && len(m.Teams) == len(teams)
			for _, want := range teams {
				found := false
				for _, have := range m.Teams {
					found = found || have == want
				}
				ok = ok && found
			}
			if !ok {
				t.Fatalf("%s: %s in %v, want %s in %v", what, m.Role, m.Teams, role, teams)
			}
		}
		engineers, leads := group("Engineers", made.id()), group("Leads")
		is("unmapped", org.Viewer)
		must(mapTo(engineers, identity.Grant{Role: org.Developer, Teams: []id.Team{s.Team}}))
		is("mapped", org.Developer, s.Team)
		must(mapTo(leads, identity.Grant{Role: org.Lead, Teams: []id.Team{s.Team, s.Other}}))
		s.want("join the leads", s.ask("PATCH", "Groups/"+leads.id(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"`+made.id()+`"}]}]}`), 200)
		is("two groups", org.Lead, s.Team, s.Other)
		s.want("leave the leads", s.ask("PUT", "Groups/"+leads.id(), `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Leads","members":[]}`), 200)
		is("one group again", org.Developer, s.Team)
		if err := s.directory.SetSettings(t.Context(), admin, scim.Settings{Role: org.Admin}); !fault.Is(err, fault.Invalid) {
			t.Errorf("everybody an admin: %v", err)
		}
		must(s.directory.SetSettings(t.Context(), admin, scim.Settings{Role: org.Developer, Teams: []id.Team{s.Other}}))
		s.want("no group left", s.ask("DELETE", "Groups/"+engineers.id(), ""), 204)
		is("the default", org.Developer, s.Other)

		// Somebody who was here before the directory keeps what they had.
		lead := s.Members[org.Lead]
		testers := group("Testers", lead.ID.String())
		must(mapTo(testers, identity.Grant{Role: org.Developer, Teams: []id.Team{s.Other}}))
		if m := s.member(lead.ID.String()); m.Role != org.Lead || len(m.Teams) != 2 {
			t.Errorf("a lead from before: %+v", m)
		}
		s.want("testers end", s.ask("DELETE", "Groups/"+testers.id(), ""), 204)
		if m := s.member(lead.ID.String()); m.Role != org.Lead || len(m.Teams) != 1 || m.Teams[0] != s.Team {
			t.Errorf("a lead from before, afterwards: %+v", m)
		}
	})
}

func TestTheLastAdminIsProtected(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	path := "Users/" + s.Members[org.Admin].ID.String()
	off := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`
	for what, a := range map[string]answer{"deactivate": s.ask("PATCH", path, off), "delete": s.ask("DELETE", path, ""),
		"replace": s.ask("PUT", path, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"admin@acme.test","active":false}`)} {
		if s.want(what, a, 409); !strings.Contains(fmt.Sprint(a.at("detail")), "last organization admin") {
			t.Errorf("%s: %v", what, a.body)
		}
	}
	if m := s.member(s.Members[org.Admin].ID.String()); m.Role != org.Admin {
		t.Errorf("the admin is %+v", m)
	}
}

func TestDeactivatingKillsKeysAndSessionsForGood(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		dev := s.Members[org.Developer]
		made, err := s.Keys.Create(t.Context(), dev.Acting(org.Actor{}), key.Input{Name: "laptop", Team: s.Team, Member: dev.ID})
		if err != nil {
			t.Fatal(err)
		}
		s.Refresh(t)
		if _, err := s.Desk.Authenticate(made.Secret.Reveal()); err != nil {
			t.Fatal(err)
		}
		path := "Users/" + dev.ID.String()
		set := func(active string) answer {
			t.Helper()
			return s.want("active "+active, s.ask("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":`+active+`}]}`), 200)
		}
		dead := func(when string) {
			t.Helper()
			s.Refresh(t)
			if _, err := s.Desk.Authenticate(made.Secret.Reveal()); err == nil {
				t.Errorf("%s: the key works", when)
			}
			if _, _, err := s.Identity.Person(t.Context(), s.Org.ID, dev.ID); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: the session would work: %v", when, err)
			}
			if _, err := s.Identity.LogIn(t.Context(), org.Actor{IP: "192.0.2.9"}, dev.Email, secret.New(webtest.Password)); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: the password works: %v", when, err)
			}
		}
		set("false")
		dead("deactivated")
		if a := set("true"); a.id() != dev.ID.String() {
			t.Errorf("activated under another id: %v", a.body)
		}
		if m := s.member(dev.ID.String()); m.ID == dev.ID || m.Email != dev.Email {
			t.Errorf("the new membership: %+v", m)
		}
		dead("activated again")
	})
}

func TestOneTenantsDirectoryNeverSeesAnothers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		other := s.Found(t, "Beta")
		theirs := s.mint(other)
		mine := s.want("create", s.ask("POST", "Users", babs), 201)
		group := s.want("group", s.ask("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"G","members":[{"value":"`+mine.id()+`"}]}`), 201)
		patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"stolen"}]}`
		put := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@x.test"}`
		for path, body := range map[string]string{"Users/" + mine.id(): put, "Groups/" + group.id(): `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"stolen"}`} {
			s.want("get "+path, s.as(theirs, "GET", path, ""), 404)
			s.want("put "+path, s.as(theirs, "PUT", path, body), 404)
			s.want("patch "+path, s.as(theirs, "PATCH", path, patch), 404)
			s.want("delete "+path, s.as(theirs, "DELETE", path, ""), 404)
		}
		if a := s.as(theirs, "GET", `Users?filter=externalId%20eq%20%22701984%22`, ""); a.at("totalResults") != 0.0 {
			t.Errorf("found %v", a.body)
		}
		s.want("their group takes my user", s.as(theirs, "POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"G2","members":[{"value":"`+mine.id()+`"}]}`), 400)
		s.want("the same person there", s.as(theirs, "POST", "Users", babs), 201)
		if got := s.ask("GET", "Groups/"+group.id(), ""); got.at("displayName") != "G" {
			t.Errorf("mine now: %v", got.body)
		}
	})
}

func TestTokensRotateAndEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	admin := webtest.As(t, s.handler, s.Members[org.Admin])
	p := admin.Post("/directory/tokens", url.Values{"name": {"Entra"}})
	if p.Status != 200 || !p.Has("bds_live_", "Copy this token now", "http://127.0.0.1:8080/scim/v2") {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if p := admin.Post("/directory/tokens", url.Values{"name": {""}}); p.Status != 422 || !p.Has("Enter the token") {
		t.Errorf("no name: %d %s", p.Status, p.Body)
	}
	if p := admin.Get("/directory"); !p.Has("Okta", "Entra", "Works") || p.Has("bds_live_") {
		t.Errorf("the page: %s", p.Body)
	}
	all, err := s.directory.Tokens(t.Context(), s.Actor(org.Admin))
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	old := all[slices.IndexFunc(all, func(x scim.Token) bool { return x.Name == "Okta" })]
	rotated := admin.Post("/directory/scim-tokens/"+old.ID.String()+"/rotate", nil)
	if rotated.Status != 200 || !rotated.Has("bds_live_") {
		t.Fatalf("%d %s", rotated.Status, rotated.Body)
	}
	s.want("the old one, for a day", s.ask("GET", "Users?count=1", ""), 200)
	if p := admin.Post("/directory/scim-tokens/"+old.ID.String()+"/rotate", nil); p.Status != 409 {
		t.Errorf("rotated twice: %d", p.Status)
	}
	s.House.Clock.Advance(24 * time.Hour)
	s.want("the old one, a day later", s.ask("GET", "Users?count=1", ""), 401)
	_, rest, _ := strings.Cut(rotated.Body, "bds_live_")
	fresh := "bds_live_" + rest[:16+1+43+1+6]
	admin = webtest.As(t, s.handler, s.Members[org.Admin]) // the session is over by now
	s.want("the new one", s.as(fresh, "GET", "Users?count=1", ""), 200)
	all, err = s.directory.Tokens(t.Context(), s.Actor(org.Admin))
	at := slices.IndexFunc(all, func(x scim.Token) bool { return !x.UsedAt.IsZero() && x.ExpiresAt.IsZero() })
	if err != nil || len(all) != 3 || at < 0 {
		t.Fatal(all, err)
	}
	if p := admin.Post("/directory/scim-tokens/"+all[at].ID.String()+"/revoke", nil); p.Status != 303 {
		t.Errorf("revoke: %d", p.Status)
	}
	s.want("revoked", s.as(fresh, "GET", "Users?count=1", ""), 401)
	program := s.Program(t, s.handler, s.Tenant, org.Admin)
	made := program.JSON("POST", "/api/v1/directory/scim-tokens", `{"name":"by API"}`)
	if made.Status != 201 || !made.Has(`"secret":"bds_live_`) {
		t.Errorf("by API: %d %s", made.Status, made.Body)
	}
	if p := program.Get("/api/v1/directory"); p.Status != 200 || p.Has("bds_live_") || !p.Has(`"by API"`) {
		t.Errorf("by API: %d %s", p.Status, p.Body)
	}
}
