package openai

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// FileQuery is Call.Native of a request for the list of files.
type FileQuery struct {
	After, Purpose string
	Limit          int
	Oldest         bool // oldest first
}

const maxFiles = 10_000

// fileID are ids that may stand in a path without changing where it leads.
var fileID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$`)

// decodeFile reads a request about files that has no body.
func decodeFile(a llm.Ask) (*llm.Call, error) {
	c := &llm.Call{Family: llm.OpenAI, Dialect: Dialect{}, Operation: a.Operation, Choices: 1, At: a.At}
	if a.Operation == llm.ListFiles {
		q, err := fileQuery(a.Query)
		c.Native = q
		return c, err
	}
	if !fileID.MatchString(a.Model) {
		return nil, UnknownFile(a.Model)
	}
	c.Follows = a.Model
	if a.Operation == llm.ReadFile {
		// Whatever it is, browsers must not show it in our name.
		c.Plain, c.Stream = "application/octet-stream", true
	}
	return c, nil
}

// UnknownFile is what a file is told that is not there, or not the asker's.
func UnknownFile(id string) *fault.Error {
	f := fault.Newf(fault.NotFound, "file_not_found", "No such File object: %.64s", id)
	f.Field = "id"
	return f
}

func fileQuery(query string) (out FileQuery, err error) {
	q, _ := url.ParseQuery(query) // what cannot be read says nothing
	out = FileQuery{After: q.Get("after"), Purpose: q.Get("purpose"), Limit: maxFiles}
	if v := q.Get("limit"); v != "" {
		if out.Limit, err = strconv.Atoi(v); err != nil || out.Limit < 1 || out.Limit > maxFiles {
			return out, fault.Field("limit", fmt.Sprintf("\"limit\" must be a whole number from 1 to %d.", maxFiles))
		}
	}
	switch q.Get("order") {
	case "", "desc":
	case "asc":
		out.Oldest = true
	default:
		return out, fault.Field("order", "\"order\" must be \"asc\" or \"desc\".")
	}
	return out, nil
}
