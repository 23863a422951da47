package scimweb

import (
	"net/http"
	"strings"

	lib "github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	scimfilter "github.com/elimity-com/scim/filter"
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
	p, err := person(attrs, before.Present())
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	if _, err := u.h.directory.ReplaceUser(r.Context(), u.actor, which, version(r), p); err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	return u.show(r, which)
}

// Patch implements lib.ResourceHandler.
func (u users) Patch(r *http.Request, text string, operations []lib.PatchOperation) (lib.Resource, error) {
	which, err := id.ParseMember(text)
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, org.MissingMember())
	}
	_, err = u.h.directory.ChangeUser(r.Context(), u.actor, which, version(r), func(before scim.User) (scim.Person, error) { return u.patched(before, operations) })
	if err != nil {
		return lib.Resource{}, u.h.refusal(r, err)
	}
	return u.show(r, which)
}

// patched is what a user's attributes come to after the operations.
func (u users) patched(before scim.User, operations []lib.PatchOperation) (scim.Person, error) {
	attrs := said(before) // not active: whom an admin disabled, only a word of the directory's puts out
	_, addressed := attrs["emails"]
	if before.ExternalID != "" {
		attrs["externalId"] = before.ExternalID
	}
	if err := (patcher{u.h.userSchema, []schema.Schema{u.h.enterprise}}).apply(attrs, operations); err != nil {
		return scim.Person{}, err
	}
	p, err := person(attrs, before.Present())
	if err != nil {
		return p, err
	}
	// Name and address that the directory never said outright change with what they follow from, and stay otherwise.
	if p.Name == "" {
		p.Name = before.Name
	}
	if !addressed && len(list(attrs["emails"])) == 0 && p.UserName == before.UserName {
		p.Email = before.Email
	}
	return p, nil
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
