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
