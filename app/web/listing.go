package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Every list of the API comes in pages: {"data": […], "has_more": true, "next": "…"}, and next is passed as ?after=.
// A room with long lists reads one page from the database and fills in next itself. For the others the whole list is
// cut here: simple, and what tens of thousands of rows still allow.

// Bounds of ?limit=.
const (
	defaultPage = 100
	largestPage = 1000
)

// listing says how the answers of a route are cut.
type listing struct {
	data []int // where the slice is
	id   []int // where an element's id is; nil if it has none
	own  bool  // the handler makes pages itself
	more bool  // and says has_more
}

// listingOf finds out whether a route answers with a list; nil if not.
func listingOf(r Route) *listing {
	t := reflect.TypeOf(r.Out)
	if r.Guard != Token || r.Method != http.MethodGet || r.Streams || t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	data, ok := jsonField(t, "data")
	if !ok || data.Type.Kind() != reflect.Slice {
		return nil
	}
	l := &listing{data: data.Index}
	_, l.own = jsonField(t, "next")
	_, l.more = jsonField(t, "has_more")
	if e := data.Type.Elem(); e.Kind() == reflect.Struct {
		if f, ok := jsonField(e, "id"); ok && f.Type.Kind() == reflect.String {
			l.id = f.Index
		}
	}
	return l
}

// jsonField finds a struct's field by its name in JSON, in embedded structs too.
func jsonField(t reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && !f.Anonymous {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// JSON answers with v; a list as the page that was asked for.
func (c *Context) JSON(status int, v any) error {
	if c.listing == nil || status != http.StatusOK {
		return c.Context.JSON(status, v)
	}
	next, more := "", false
	if c.listing.own {
		f, _ := jsonField(reflect.TypeOf(v), "next")
		next = reflect.ValueOf(v).FieldByIndex(f.Index).String()
		more = next != ""
		if c.listing.more {
			return c.Context.JSON(status, v)
		}
	} else {
		var err error
		if v, next, more, err = c.cut(v); err != nil {
			return err
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tail := fmt.Sprintf(`,"has_more":%t`, more)
	if more && !c.listing.own {
		tail += `,"next":` + strconv.Quote(next)
	}
	return c.JSONBlob(status, append(bytes.TrimSuffix(b, []byte("}")), tail+"}\n"...))
}

// cut gives the page of a whole list that limit and after ask for.
func (c *Context) cut(v any) (page any, next string, more bool, err error) {
	limit, err := c.Limit()
	if err != nil {
		return nil, "", false, err
	}
	whole := reflect.New(reflect.TypeOf(v)).Elem()
	whole.Set(reflect.ValueOf(v))
	data := whole.FieldByIndex(c.listing.data)
	from, err := c.listing.after(data, c.QueryParam("after"))
	if err != nil {
		return nil, "", false, err
	}
	to := min(from+limit, data.Len())
	if to < data.Len() {
		more, next = true, c.listing.cursor(data, to-1)
	}
	data.Set(data.Slice(from, to))
	return whole.Interface(), next, more, nil
}

// Limit is ?limit=, how many rows a page of a list has.
func (c *Context) Limit() (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > largestPage {
		return 0, fault.Field("limit", fmt.Sprintf("limit is a number from 1 to %d.", largestPage))
	}
	return n, nil
}

// cursor names the last row of a page: where it was, and its id. With the id the next page begins after that row however
// many came before it since; if it is gone, with the row that took its place.
func (l *listing) cursor(data reflect.Value, i int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", i, l.name(data, i)))
}

func (l *listing) name(data reflect.Value, i int) string {
	if l.id == nil {
		return ""
	}
	return data.Index(i).FieldByIndex(l.id).String()
}

// after is the index of the first row behind a cursor.
func (l *listing) after(data reflect.Value, cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	place, name, ok := strings.Cut(string(text), ".")
	n, err2 := strconv.Atoi(place)
	if err != nil || err2 != nil || !ok || n < 0 {
		return 0, fault.Field("after", "after is the next of the page before.")
	}
	if name == "" {
		return min(n+1, data.Len()), nil
	}
	for i := range data.Len() {
		if l.name(data, i) == name {
			return i + 1, nil
		}
	}
	return min(n, data.Len()), nil
}
