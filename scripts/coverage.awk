# Adds up a profile of go test -coverprofile, where several tests tell of the same block: each core package, then the whole.
NR > 1 { size[$1] = $2; if ($3 > 0) hit[$1] = 1 }
END {
	for (block in size) {
		path = block
		sub(/\/[^\/]*$/, "", path)
		sub(/^.*\/bodhi\//, "", path)
		all[path] += size[block]; whole += size[block]
		if (block in hit) { got[path] += size[block]; reached += size[block] }
	}
	n = split(core, names, " ")
	for (i = 1; i <= n; i++) if (all[names[i]]) printf "%-16s %5.1f%%\n", names[i], 100 * got[names[i]] / all[names[i]]
	if (whole) printf "%-16s %5.1f%% (the goal is 85%%)\n", "overall", 100 * reached / whole
}
