package promptweb

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

// Variables are rows of the form, numbered so that each keeps its fields together: v0_name, v0_type, … What has no name and says
// nothing is no variable.

// spareRows are how many empty rows a form offers behind those that are filled in; mostRows bounds what is read.
const spareRows, mostRows = 1, 64

func typedRows(f url.Values) (out []views.VarField) {
	for i := range mostRows {
		get := func(name string) string { return strings.TrimSpace(f.Get("v" + strconv.Itoa(i) + "_" + name)) }
		row := views.VarField{Name: get("name"), Type: get("type"), About: get("about"), Options: get("options"), Default: get("default"), Max: get("max"), Required: get("required") != ""}
		if row.Said() {
			out = append(out, row)
		}
	}
	return out
}

// spared are rows with empty ones behind them.
func spared(rows []views.VarField, more int) []views.VarField {
	for range more {
		rows = append(rows, views.VarField{Type: string(prompt.String), Required: true, Spare: true})
	}
	return rows
}

// rowsOf are variables as rows.
func rowsOf(all []prompt.Variable) (out []views.VarField) {
	for _, v := range all {
		r := views.VarField{Name: v.Name, Type: string(v.Type), About: v.About, Required: v.Required, Options: strings.Join(v.Options, ", "), Default: string(v.Default)}
		if v.Type == prompt.String || v.Type == prompt.Enum {
			_ = json.Unmarshal(v.Default, &r.Default) // a string, or nothing
			if v.Default != nil && r.Default == "" {
				r.Required = false // a default that says nothing is what an optional one has
			}
		}
		if v.Max > 0 {
			r.Max = strconv.Itoa(v.Max)
		}
		out = append(out, r)
	}
	return out
}

// variables reads rows.
func variables(rows []views.VarField) (out []prompt.Variable, err error) {
	var errs []error
	for _, r := range rows {
		if !r.Said() {
			continue
		}
		v := prompt.Variable{Name: r.Name, Type: prompt.Type(r.Type), About: r.About, Required: r.Required}
		if r.Max != "" {
			n, err := strconv.Atoi(r.Max)
			if v.Max = n; err != nil || n < 1 {
				errs = append(errs, fault.Field("variables", "How long "+strconv.Quote(r.Name)+" may be is a number of characters, such as 500."))
			}
		}
		for o := range strings.SplitSeq(r.Options, ",") {
			if o = strings.TrimSpace(o); o != "" {
				v.Options = append(v.Options, o)
			}
		}
		if r.Default != "" {
			v.Default = v.FromText(r.Default)
			if !json.Valid(v.Default) { // or it could not be stored at all
				errs = append(errs, fault.Field("variables", "The default of "+strconv.Quote(r.Name)+" is no value of its type."))
				v.Default = nil
			}
		}
		out = append(out, v)
	}
	return out, errors.Join(errs...)
}

// withUsed adds rows for variables that the texts use and nobody listed: texts that have to be sent.
func withUsed(c *prompt.Content) {
	for _, name := range prompt.Used(*c) {
		if !slices.ContainsFunc(c.Variables, func(v prompt.Variable) bool { return v.Name == name }) && !prompt.Includes(*c) {
			c.Variables = append(c.Variables, prompt.Variable{Name: name, Type: prompt.String, Required: true})
		}
	}
}
