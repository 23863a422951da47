package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const mit = `The MIT License (MIT)

Copyright (c) 2015 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction. The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.`

const bsd2 = `Redistributions of source code must retain the above copyright notice.
Redistributions in binary form must reproduce the above copyright notice.`

func TestLicencesAreToldByTheirSentences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, is string // is: the ids, or what the error must say
	}{
		"MIT":                              {mit, "MIT"},
		"MIT in comments":                  {"// " + strings.ReplaceAll(mit, "\n", "\n// "), "MIT"},
		"BSD with two clauses":             {bsd2, "BSD-2-Clause"},
		"BSD with three":                   {bsd2 + " Neither the name of Google Inc. may be used to endorse or promote products derived from this software.", "BSD-3-Clause"},
		"BSD with its old clause":          {bsd2 + " All advertising materials mentioning features must say so.", "no licence known here"},
		"two licences in one file":         {mit + "\n---\n" + bsd2, "BSD-2-Clause MIT"},
		"ISC":                              {"Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.", "ISC"},
		"ISC without its condition":        {"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\"", "0BSD"},
		"a word instead of a licence":      {"MIT", "no licence known here"},
		"nothing":                          {"", "no licence known here"},
		"the GPL":                          {"GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007", "no licence known here"},
		"MIT without the condition":        {mit[:strings.Index(mit, "The above")], "no licence known here"},
		"MIT with a condition of somebody": {mit + strings.Repeat(" The right to sell is not granted, and neither is any other to whom we do not like.", 12), "words more than that"},
	} {
		ids, err := licencesOf(c.text)
		got := strings.Join(ids, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.is && (err == nil || !strings.Contains(got, c.is)) {
			t.Errorf("%s: %s; want %s", name, got, c.is)
		}
	}
}

// Whole texts as they are handed out: ours, and Go's.
func TestWholeTextsAreTold(t *testing.T) {
	t.Parallel()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"../../LICENSE": "Apache-2.0",
		filepath.Join(strings.TrimSpace(string(root)), "LICENSE"): "BSD-3-Clause",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if ids, err := licencesOf(string(text)); err != nil || !slices.Equal(ids, []string{want}) {
			t.Errorf("%s: %v %v", file, ids, err)
		}
		// The Commons Clause, which takes the right to sell, in its own length.
		if ids, err := licencesOf(string(text) + strings.Repeat(" without limiting other conditions in the license", 22)); err == nil {
			t.Errorf("%s with a clause behind it: %v", file, ids)
		}
	}
}

func TestAPartWithoutLicenceOrWithAnUnknownOneIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		part part
		want string
	}{
		"none":               {part{name: "example.com/a", version: "v1.0.0"}, "has no licence file"},
		"only a notice":      {part{name: "example.com/a", files: []string{"NOTICE"}, texts: map[string]string{"NOTICE": "Copyright"}}, "has no licence file"},
		"an unknown one":     {part{name: "example.com/a", files: []string{"LICENSE"}, texts: map[string]string{"LICENSE": "Ask us."}}, `LICENSE: it begins "ask us", which is no licence known here`},
		"a second, unknown":  {part{name: "example.com/a", files: []string{"LICENSE", "b/COPYING"}, texts: map[string]string{"LICENSE": mit, "b/COPYING": "Ask us."}}, "b/COPYING"},
		"one known by hand":  {part{name: "modernc.org/sqlite", files: []string{"LICENSE-SQLITE"}, texts: map[string]string{"LICENSE-SQLITE": "Ask us."}}, ""},
		"two, known by text": {part{name: "example.com/a", files: []string{"LICENSE", "b/COPYING"}, texts: map[string]string{"LICENSE": mit, "b/COPYING": bsd2}}, ""},
	} {
		err := c.part.identify(map[string]bool{})
		if c.want == "" && (err != nil || len(c.part.licences) == 0) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v %v", name, c.part.licences, err)
		}
	}
}

func TestFilesThatAreLegalAreFound(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"LICENSE": true, "License.txt": true, "LICENCE.md": true, "COPYING": true, "NOTICE": true, "UNLICENSE": true, "LICENSE-GO": true, "LICENSE_MIT": true,
		"licenses.json": false, "relicense.md": false, "noticed.go": false, "README.md": false,
	} {
		if legal.MatchString(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
}
