package scimweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	lib "github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/optional"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

const (
	// maxBody bounds a request: a group of ten thousand people fits.
	maxBody = 2 << 20
	// perPage is the most that one page of a list holds.
	perPage = 200
	kind    = "application/scim+json"
)

// serve answers one request of the protocol with the library, which gets handlers that know who asks.
func (h *Handlers) serve(c *web.Context) error {
	r := c.Request()
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.Newf(fault.TooLarge, "body_too_large", "The request is larger than %d KiB, the most that is taken here.", maxBody>>10)
	}
	if err != nil {
		return fault.New(fault.Invalid, "invalid_request", "The request's body could not be read. Send it again.").Because(err)
	}
	if len(body) > 0 {
		if body, err = plain(body, r.Method == http.MethodPatch); err != nil {
			return fault.New(fault.Invalid, "invalid_request", "The body is not JSON.").Because(err)
		}
	}
	r = r.Clone(c.Ctx())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.URL.Path = "/v2/" + strings.TrimPrefix(r.URL.Path, root)
	server, err := lib.NewServer(&lib.ServerArgs{ServiceProviderConfig: &lib.ServiceProviderConfig{MaxResults: perPage, SupportFiltering: true, SupportPatch: true},
		ResourceTypes: h.types(c.Actor())}, lib.WithBaseURL(c.PublicURL()+strings.TrimSuffix(root, "/")))
	if err != nil {
		return err
	}
	server.ServeHTTP(c.Response(), r)
	return nil
}

func (h *Handlers) types(actor org.Actor) []lib.ResourceType {
	return []lib.ResourceType{
		{ID: optional.NewString("User"), Name: "User", Description: optional.NewString("People of the organization"), Endpoint: "/Users", Schema: h.userSchema,
			SchemaExtensions: []lib.SchemaExtension{{Schema: h.enterprise}}, Handler: users{h, actor}},
		{ID: optional.NewString("Group"), Name: "Group", Description: optional.NewString("Groups that give roles and teams once an admin maps them"), Endpoint: "/Groups",
			Schema: h.groupSchema, Handler: groups{h, actor}},
	}
}

// config is what we support; the library's own says nothing of ETags.
func (h *Handlers) config(c *web.Context) error {
	no, yes := map[string]any{"supported": false}, map[string]any{"supported": true}
	b, err := json.Marshal(map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":   yes, "etag": yes, "sort": no, "changePassword": no,
		"bulk":   map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter": map[string]any{"supported": true, "maxResults": perPage},
		"authenticationSchemes": []map[string]any{{"type": "oauthbearertoken", "name": "SCIM token", "primary": true,
			"description": "Authorization: Bearer bds_…, made by an organization admin under Joining, Directory"}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": c.PublicURL() + root + "ServiceProviderConfig"},
	})
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, kind, b)
}

// plain mends what clients are known to send amiss: Entra ID writes booleans as "True" and "False", and a manager as a bare id.
// Numbers keep their digits.
func plain(body []byte, patch bool) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	if v = mend(v); patch {
		v = emptied(v)
	}
	return json.Marshal(v)
}

func mend(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = mend(v[i])
		}
	case map[string]any:
		path, _ := v["path"].(string)
		for name := range v {
			value := strings.EqualFold(name, "value")
			if boolean(name) || value && boolean(path) {
				v[name] = truth(v[name])
			}
			if called(name, "manager") || value && called(path, "manager") {
				v[name] = manager(v[name])
			}
			v[name] = mend(v[name])
		}
	}
	return v
}

// boolean reports attributes that are true or false.
func boolean(name string) bool {
	return called(name, "active") || strings.EqualFold(name, "primary") || strings.HasSuffix(strings.ToLower(name), "].primary")
}

// called reports whether a name is an attribute's, short or with its schema before it.
func called(name, attribute string) bool {
	return strings.EqualFold(name[strings.LastIndexByte(name, ':')+1:], attribute)
}

// manager is somebody's manager as the protocol has them, of an id alone or a list of one.
func manager(v any) any {
	switch v := v.(type) {
	case string:
		return map[string]any{"value": v}
	case []any:
		if len(v) == 1 {
			return manager(v[0])
		}
	}
	return v
}

func truth(v any) any {
	s, ok := v.(string)
	if b, err := strconv.ParseBool(strings.ToLower(s)); ok && err == nil {
		return b
	}
	return v
}

// version is the one a request wants to change, by If-Match; -1 for any. One that is not ours matches nothing.
func version(r *http.Request) int64 {
	tag := strings.TrimSpace(r.Header.Get("If-Match"))
	if tag == "" || tag == "*" {
		return -1
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(tag, "W/"), `"`), `"`), 10, 64)
	if err != nil || n < 0 {
		return 1 << 62
	}
	return n
}

func etag(n int64) string { return `W/"` + strconv.FormatInt(n, 10) + `"` }

// refusal is a service's error in the protocol's words. What nobody classified is logged and told as our failure.
func (h *Handlers) refusal(r *http.Request, err error) error {
	var worded scimerrors.ScimError
	if errors.As(err, &worded) { // of a patch that cannot be applied
		return worded
	}
	f := fault.From(err)
	out := scimerrors.ScimError{Detail: f.Public}
	switch {
	case f.Kind == fault.NotFound && f.Code == "not_found":
		out.Status = http.StatusNotFound
	case f.Code == "changed":
		out.Status = http.StatusPreconditionFailed
	case f.Code == "exists":
		out.Status, out.ScimType = http.StatusConflict, scimerrors.ScimTypeUniqueness
	case f.Kind == fault.Conflict:
		out.Status = http.StatusConflict
	case f.Kind == fault.Invalid:
		out.Status, out.ScimType = http.StatusBadRequest, scimerrors.ScimTypeInvalidValue
	case f.Kind == fault.Forbidden:
		out.Status = http.StatusForbidden
	default:
		out.Status = http.StatusInternalServerError
		h.log.ErrorContext(r.Context(), "scim request failed", "error", err.Error())
	}
	return out
}

// unless is refusal where there may be no error.
func (h *Handlers) unless(r *http.Request, err error) error {
	if err == nil {
		return nil
	}
	return h.refusal(r, err)
}
