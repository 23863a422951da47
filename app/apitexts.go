package app

import (
	_ "embed" // for apiTextsJSON
	"encoding/json"
)

// apiTextsJSON are the comments of the API's types and fields, which its description repeats: what a field means is
// written once, beside it. `go test ./app -update` reads them out of the source again.
//
//go:embed api_texts.json
var apiTextsJSON []byte

func apiTexts() map[string]string {
	texts := map[string]string{}
	_ = json.Unmarshal(apiTextsJSON, &texts) // a test reads the file
	return texts
}
