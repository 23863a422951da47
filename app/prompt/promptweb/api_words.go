package promptweb

import (
	"encoding/json"
	"time"
)

// promptJSON is a stored prompt in the management API.
type promptJSON struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"` // what requests ask for: prompt:name@label
	Kind       string            `json:"kind"` // chat or text; texts can be included by others
	About      string            `json:"about"`
	Folder     string            `json:"folder"`
	Visibility string            `json:"visibility"` // private, team or organization
	Team       string            `json:"team"`       // id; "" but with the visibility team
	Scope      string            `json:"scope"`      // id of the organization, the team or the member who may use it
	Owner      string            `json:"owner"`      // who made it
	Latest     int               `json:"latest"`     // number of the newest version
	Labels     []promptLabelJSON `json:"labels"`
	Content    json.RawMessage   `json:"content"` // of the version that production is at, else of the newest
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// promptLabelJSON is a name for a version that can be moved to another.
type promptLabelJSON struct {
	Label     string    `json:"label"`
	Version   int       `json:"version"`
	Protected bool      `json:"protected"` // only managers and admins move it
	SetBy     string    `json:"set_by"`
	SetAt     time.Time `json:"set_at"`
}

type promptList struct {
	Data []promptJSON `json:"data"`
}

// promptVersionJSON is a version, which never changes.
type promptVersionJSON struct {
	Version int             `json:"version"`
	Labels  []string        `json:"labels"` // that are at it
	Message string          `json:"message"`
	Content json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	MadeBy  string          `json:"made_by"`
	MadeAt  time.Time       `json:"made_at"`
}

type promptVersionList struct {
	Data []promptVersionJSON `json:"data"`
}

// promptInput stores a prompt with its first version.
type promptInput struct {
	Name       string          `json:"name"`
	Kind       string          `json:"kind"` // chat without
	About      string          `json:"about"`
	Folder     string          `json:"folder"`
	Visibility string          `json:"visibility"` // organization without
	Team       string          `json:"team"`
	Content    json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	Message    string          `json:"message"`
	Label      string          `json:"label"` // put at the first version; none without
}

// promptChange changes what it names and leaves the rest.
type promptChange struct {
	About      *string `json:"about"`
	Folder     *string `json:"folder"`
	Visibility *string `json:"visibility"`
	Team       *string `json:"team"`
}

// promptVersionInput adds a version.
type promptVersionInput struct {
	Content json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	Message string          `json:"message"` // what changed
}

// promptLabelInput puts a label at a version.
type promptLabelInput struct {
	Version   int   `json:"version"`
	Protected *bool `json:"protected"` // left as it is without
}
