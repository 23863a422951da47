package gateway

import (
	"slices"
	"testing"
)

// TestOnlyFilesAreTakenForFiles: a client's own labels may be called like anything.
func TestOnlyFilesAreTakenForFiles(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"input":[{"role":"user","content":[{"type":"input_file","file_id":"file-1"},{"type":"input_image","file_id":"file-2"}]}]}`:                {"file-1", "file-2"},
		`{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["file-1"]}}],"metadata":{"file_id":"42"}}`:                     {"file-1"},
		`{"metadata":{"file_id":"42","file_ids":"7"},"input":[{"role":"user","content":[{"type":"input_file","file_data":"data:x;base64,AAAA"}]}]}`: nil,
		`{"input":[{"type":"message","metadata":{"file_id":"file-3"}}]}`:                                                                            {"file-3"},
		`{"input":[{"content":[{"annotations":[{"type":"file_citation","file_id":"file-9"}]}]}]}`:                                                   nil,
	} {
		if got := named([]byte(body)); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", body, got, want)
		}
	}
}
