package scimweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// A directory sends several changes of one group at a time, and none of them says which version it has read.
func TestPatchesOfOneGroupAtATimeAreAllTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		const many = 8
		group := s.want("a group", s.ask("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engineers"}`), 201)
		var people []string
		for n := range many {
			people = append(people, s.want("a user", s.ask("POST", "Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"p%d@acme.test","active":true}`, n)), 201).id())
		}
		var all sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, many)
		for n, u := range people {
			q := httptest.NewRequest(http.MethodPatch, "/scim/v2/Groups/"+group.id(), strings.NewReader(
				`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"`+u+`"}]}]}`))
			q.Header.Set("Authorization", "Bearer "+s.token)
			answers[n] = httptest.NewRecorder()
			all.Go(func() { s.handler.ServeHTTP(answers[n], q) })
		}
		all.Wait()
		for n, w := range answers {
			if w.Code != 200 {
				t.Errorf("patch %d: %d %s", n, w.Code, w.Body)
			}
		}
		if got := s.ask("GET", "Groups/"+group.id(), ""); len(got.at("members").([]any)) != many {
			t.Errorf("%d members, want %d", len(got.at("members").([]any)), many)
		}
	})
}

// Entra ID names somebody's manager by their id alone, where the protocol has an object, and reads the object back; and attributes by
// their whole names.
func TestEntrasManagersAndWholeNamesAreTaken(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	const extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	made := s.want("create", s.ask("POST", "Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","`+extension+`"],
		"userName":"managed@acme.test","active":true,"`+extension+`":{"department":"Sales","Manager":"first"}}`), 201)
	if got := made.at(extension, "manager", "value"); got != "first" {
		t.Errorf("created with manager %v", made.body)
	}
	for _, row := range []struct{ operation, manager string }{
		{`{"op":"Add","path":"` + extension + `:manager","value":"second"}`, "second"},
		{`{"op":"Replace","path":"` + extension + `:manager","value":[{"$ref":"https://x.test/Users/third","value":"third"}]}`, "third"},
		{`{"op":"Add","value":{"` + extension + `:manager":"fourth"}}`, "fourth"},
		{`{"op":"Replace","value":{"` + extension + `":{"manager":"fifth"}}}`, "fifth"},
		{`{"op":"Replace","path":"` + extension + `:manager","value":{"value":"sixth"}}`, "sixth"},
	} {
		a := s.want(row.operation, s.ask("PATCH", "Users/"+made.id(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+row.operation+`]}`), 200)
		if a.at(extension, "manager", "value") != row.manager || a.at(extension, "department") != "Sales" {
			t.Errorf("%s: %v", row.operation, a.body)
		}
	}
	gone := s.want("disable", s.ask("PATCH", "Users/"+made.id(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:active","value":"False"}]}`), 200)
	if gone.at("active") != false {
		t.Errorf("disabled %v", gone.body)
	}
}

// Nothing is what null says: a directory empties an attribute by replacing it with null.
func TestReplacingWithNullRemoves(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	const extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	made := s.want("create", s.ask("POST", "Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","`+extension+`"],"userName":"emptied@acme.test","active":true,
		"title":"Clerk","nickName":"Em","name":{"givenName":"Em","familyName":"Tied"},"phoneNumbers":[{"type":"work","value":"1"},{"type":"home","value":"2"}],
		"`+extension+`":{"department":"Sales","costCenter":"7","manager":{"value":"boss"}}}`), 201)
	patch := func(operation string, status int) answer {
		return s.want(operation, s.ask("PATCH", "Users/"+made.id(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operation+`]}`), status)
	}
	for _, row := range []struct {
		operation string
		gone      []any
	}{
		{`{"op":"Replace","path":"title","value":null}`, []any{"title"}},
		{`{"op":"replace","path":"name.givenName","value":null}`, []any{"name", "givenName"}},
		{`{"op":"replace","path":"` + extension + `:manager","value":null}`, []any{extension, "manager"}},
		{`{"op":"replace","value":{"nickName":null,"` + extension + `":{"costCenter":null,"department":"Legal"}}}`, []any{"nickName"}},
	} {
		if a := patch(row.operation, 200); a.at(row.gone...) != nil {
			t.Errorf("%s: %v", row.operation, a.body)
		}
	}
	a := patch(`{"op":"replace","path":"phoneNumbers[type eq \"work\"]","value":null}`, 200)
	if phones, _ := a.at("phoneNumbers").([]any); len(phones) != 1 || a.at(extension, "costCenter") != nil || a.at(extension, "department") != "Legal" || a.at("name", "familyName") != "Tied" {
		t.Errorf("what was not emptied is %v", a.body)
	}
	patch(`{"op":"replace","path":"userName","value":null}`, 400)
	patch(`{"op":"replace","path":"title"}`, 400)
}
