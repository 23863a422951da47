package scimweb

import (
	"encoding/json"
	"net/http"
	"strings"

	lib "github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
)

// users is the library's handler of people, for one request's actor.
type users struct {
	h     *Handlers
	actor org.Actor
}

var (
	_ lib.ResourceHandler  = users{}
	_ lib.ResourceSearcher = users{}
)

// Create implements lib.ResourceHandler.
func (u users) Create(r *http.Request, attrs lib.ResourceAttributes) (lib.Resource, error) {
	p, err := person(attrs, true)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	made, err := u.h.directory.CreateUser(r.Context(), u.actor, p)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	return u.show(r, made.ID)
}

func (u users) show(r *http.Request, which id.Member) (lib.Resource, error) {
	user, groups, err := u.h.directory.User(r.Context(), u.actor, which)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	return narrow(r, userResource(user, groups)), nil
}

// Get implements lib.ResourceHandler.
func (u users) Get(r *http.Request, text string) (lib.Resource, error) {
	which, err := id.ParseMember(text)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, org.MissingMember())
	}
	return u.show(r, which)
}

// GetAll implements lib.ResourceHandler.
func (u users) GetAll(r *http.Request, params lib.ListRequestParams) (lib.Page, error) {
	q, sql := narrowed(params.FilterValidator)
	return paged(r, params, sql, func(skip, limit int) ([]lib.Resource, int, error) {
		q.Skip, q.Limit = skip, limit
		all, total, err := u.h.directory.Users(r.Context(), u.actor, q)
		out := make([]lib.Resource, len(all))
		for n, x := range all {
			out[n] = userResource(x, nil)
		}
		return out, total, u.h.unless(r, err)
	}, u.h.userSchema, u.h.enterprise)
}

// Search implements lib.ResourceSearcher: GetAll with its question in a body.
func (u users) Search(r *http.Request, p lib.SearchParams) (lib.Page, error) {
	params, err := search(r, p, u.h.userSchema, u.h.enterprise)
	if err != nil {
		return lib.Page{}, err
	}
	return u.GetAll(r, params)
}

func search(r *http.Request, p lib.SearchParams, s schema.Schema, extensions ...schema.Schema) (lib.ListRequestParams, error) {
	out := lib.ListRequestParams{Count: p.Count, StartIndex: p.StartIndex, FilterValidator: p.FilterValidator}
	if out.FilterValidator == nil && p.Filter != "" {
		v, err := scimfilter.NewValidator(p.Filter, withCommon(s), extensions...)
		if err != nil || v.Validate() != nil {
			return out, scimerrors.ScimErrorInvalidFilter
		}
		out.FilterValidator = &v
	}
	q := r.URL.Query()
	q.Set("attributes", strings.Join(p.Attributes, ","))
	q.Set("excludedAttributes", strings.Join(p.ExcludedAttributes, ","))
	r.URL.RawQuery = q.Encode()
	return out, nil
}

// Replace implements lib.ResourceHandler.
func (u users) Replace(r *http.Request, text string, attrs lib.ResourceAttributes) (lib.Resource, error) {
	which, err := id.ParseMember(text)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, org.MissingMember())
	}
	before, _, err := u.h.directory.User(r.Context(), u.actor, which)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	return u.replace(r, which, version(r), attrs, before.Present())
}

// replace writes attributes; active is what somebody is of whom it is not said.
func (u users) replace(r *http.Request, which id.Member, version int64, attrs map[string]any, active bool) (lib.Resource, error) {
	p, err := person(attrs, active)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	if _, err := u.h.directory.ReplaceUser(r.Context(), u.actor, which, version, p); err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	return u.show(r, which)
}

// Patch implements lib.ResourceHandler. Between reading and writing nobody else may change the user: the version that
// was read is the one that is replaced.
func (u users) Patch(r *http.Request, text string, operations []lib.PatchOperation) (lib.Resource, error) {
	which, err := id.ParseMember(text)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, org.MissingMember())
	}
	before, _, err := u.h.directory.User(r.Context(), u.actor, which)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	if v := version(r); v >= 0 && v != before.Version {
		return lib.Resource{}, scimerrors.ScimError{Status: http.StatusPreconditionFailed, Detail: "The user was changed since you read it. Read it again."}
	}
	have := userResource(before, nil)
	attrs := map[string]any(have.Attributes)
	delete(attrs, "active") // whom an admin disabled, only a word of the directory's puts out
	if before.ExternalID != "" {
		attrs["externalId"] = before.ExternalID
	}
	if err := (patcher{u.h.userSchema, []schema.Schema{u.h.enterprise}}).apply(attrs, operations); err != nil {
		return lib.Resource{}, err
	}
	return u.replace(r, which, before.Version, attrs, before.Present())
}

// Delete implements lib.ResourceHandler.
func (u users) Delete(r *http.Request, text string) error {
	which, err := id.ParseMember(text)
	if err != nil {
		return u.h.refusal(r, org.MissingMember())
	}
	if err := u.h.directory.DeleteUser(r.Context(), u.actor, which, version(r)); err != nil {
		return u.h.refusal(r, err)
	}
	return nil
}

// person reads what the room needs out of a user's attributes. A password is dropped: we keep none of a directory's.
func person(attrs map[string]any, active bool) (scim.Person, error) {
	p := scim.Person{Active: active}
	p.UserName, _ = attrs["userName"].(string)
	p.ExternalID, _ = attrs["externalId"].(string)
	if v, ok := attrs["active"].(bool); ok {
		p.Active = v
	}
	if p.Email = primary(list(attrs["emails"])); p.Email == "" {
		p.Email = p.UserName
	}
	p.Name, _ = attrs["displayName"].(string)
	if name, ok := attrs["name"].(map[string]any); ok && strings.TrimSpace(p.Name) == "" {
		formatted, _ := name["formatted"].(string)
		given, _ := name["givenName"].(string)
		family, _ := name["familyName"].(string)
		if p.Name = strings.TrimSpace(given + " " + family); p.Name == "" {
			p.Name = formatted
		}
	}
	kept := map[string]any{}
	for k, v := range attrs {
		switch k {
		case "password", "groups", "externalId", "active", "id", "meta", "schemas", "userName":
		default:
			if v != nil {
				kept[k] = v
			}
		}
	}
	var err error
	p.Attributes, err = json.Marshal(kept)
	return p, err
}

// primary is the address that counts: the primary one, or the one at work, or the first.
func primary(emails []any) string {
	first, work := "", ""
	for _, e := range emails {
		m, _ := e.(map[string]any)
		v, _ := m["value"].(string)
		if v == "" {
			continue
		}
		if yes, _ := m["primary"].(bool); yes {
			return v
		}
		if t, _ := m["type"].(string); work == "" && strings.EqualFold(t, "work") {
			work = v
		}
		if first == "" {
			first = v
		}
	}
	if work != "" {
		return work
	}
	return first
}

// userResource is a user as the protocol has them: what the directory said, with what is true here.
func userResource(u scim.User, in []scim.Group) lib.Resource {
	attrs := lib.ResourceAttributes{}
	if len(u.Attributes) > 0 {
		_ = json.Unmarshal(u.Attributes, &attrs) // written by person
	}
	attrs["userName"], attrs["active"] = u.UserName, u.Active()
	if attrs["emails"] == nil {
		attrs["emails"] = []any{map[string]any{"value": u.Email, "type": "work", "primary": true}}
	}
	if attrs["displayName"] == nil {
		attrs["displayName"] = u.Name
	}
	if len(in) > 0 {
		var all []any
		for _, g := range in {
			all = append(all, map[string]any{"value": g.ID.String(), "display": g.DisplayName, "type": "direct"})
		}
		attrs["groups"] = all
	}
	created, updated := u.CreatedAt.UTC(), u.UpdatedAt.UTC()
	out := lib.Resource{ID: u.ID.String(), Attributes: attrs, Meta: lib.Meta{Created: &created, LastModified: &updated, Version: etag(u.Version)}}
	if u.ExternalID != "" {
		out.ExternalID = optional.NewString(u.ExternalID)
	}
	return out
}
