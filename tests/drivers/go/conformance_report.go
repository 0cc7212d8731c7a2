// The operations of the conformance driver on configs, versions and reports.

package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"go/version"
	"math"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/telemetry/internal/config"
	"golang.org/x/telemetry/internal/telemetry"
	"golang.org/x/telemetry/internal/upload"
	"golang.org/x/telemetry/semver"
)

// configFrom reads the config in a file of the case.
func (t task) configFrom(name string) (*config.Config, error) {
	path, err := t.path(name)
	if err != nil {
		return nil, err
	}
	read, err := config.ReadConfig(path)
	if err != nil {
		return nil, refusedUnlessOfFile(err)
	}
	return read, nil
}

type entry struct {
	Name string `json:"name"`
	Rate string `json:"rate"`
}

type configured struct {
	Versions []string `json:"versions"`
	Counters []entry  `json:"counters"`
	Stacks   []entry  `json:"stacks"`
}

func readConfig(t task) (any, error) {
	var args struct {
		File string `json:"file"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	read, err := t.configFrom(args.File)
	if err != nil {
		return nil, err
	}
	programs := make(map[string]*configured)
	for _, program := range read.Programs {
		all := programs[program.Name]
		if all == nil {
			all = &configured{Counters: []entry{}, Stacks: []entry{}}
			programs[program.Name] = all
		}
		all.Versions = once(append(all.Versions, program.Versions...))
		for _, counter := range program.Counters {
			all.Counters = append(all.Counters, entry{counter.Name, bits(counter.Rate)})
		}
		for _, stack := range program.Stacks {
			all.Stacks = append(all.Stacks, entry{stack.Name, bits(stack.Rate)})
		}
	}
	return map[string]any{
		"goos":        once(read.GOOS),
		"goarch":      once(read.GOARCH),
		"go_version":  once(read.GoVersion),
		"sample_rate": bits(read.SampleRate),
		"programs":    programs,
	}, nil
}

// once has each text once, in ascending order.
func once(texts []string) []string {
	sorted := append([]string{}, texts...)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func bits(number float64) string {
	return strconv.FormatUint(math.Float64bits(number), 10)
}

func configHas(t task) (any, error) {
	var args struct {
		File      string   `json:"file"`
		GOOS      string   `json:"goos"`
		GOARCH    string   `json:"goarch"`
		GoVersion string   `json:"go_version"`
		Program   string   `json:"program"`
		Version   string   `json:"version"`
		Counters  []string `json:"counters"`
		Stacks    []string `json:"stacks"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	read, err := t.configFrom(args.File)
	if err != nil {
		return nil, err
	}
	rates := func(names []string, has func(program, name string) bool) (map[string]any, error) {
		rates := make(map[string]any, len(names))
		for _, digits := range names {
			name, err := fromHex(digits)
			if err != nil {
				return nil, err
			}
			rates[digits] = nil
			if has(args.Program, name) {
				rates[digits] = bits(read.Rate(args.Program, name))
			}
		}
		return rates, nil
	}
	counters, err := rates(args.Counters, read.HasCounter)
	if err != nil {
		return nil, err
	}
	stacks, err := rates(args.Stacks, read.HasStack)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"goos":       read.HasGOOS(args.GOOS),
		"goarch":     read.HasGOARCH(args.GOARCH),
		"go_version": read.HasGoVersion(args.GoVersion),
		"program":    read.HasProgram(args.Program),
		"version":    read.HasVersion(args.Program, args.Version),
		"counters":   counters,
		"stacks":     stacks,
	}, nil
}

// compareVersions orders versions as the collector does.
func compareVersions(t task) (any, error) {
	var args struct {
		Kind  string `json:"kind"`
		One   string `json:"one"`
		Other string `json:"other"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	compare, valid := semver.Compare, semver.IsValid
	switch args.Kind {
	case "semver":
	case "go":
		compare, valid = version.Compare, version.IsValid
	default:
		return nil, skipped{fmt.Errorf("no versions are called %q", args.Kind)}
	}
	return map[string]any{
		"order": strconv.Itoa(compare(args.One, args.Other)),
		"valid": []bool{valid(args.One), valid(args.Other)},
	}, nil
}

// A drawn is a source of randomness of which upload.computeRandom makes one
// number: the bits of a number whose fraction it takes.
type drawn uint64

func (d drawn) Read(b []byte) (int, error) {
	var word [8]byte
	binary.LittleEndian.PutUint64(word[:], uint64(d))
	for i := range b {
		b[i] = word[i%len(word)]
	}
	return len(b), nil
}

// drawing is the source of which computeRandom makes x.
func drawing(x float64) (drawn, error) {
	fraction := x * (1 << 52)
	if x < 0 || x >= 1 || fraction != math.Trunc(fraction) {
		return 0, skipped{fmt.Errorf("%v is never drawn", x)}
	}
	return drawn(math.Float64bits(1) | uint64(fraction)), nil
}

func report(t task) (any, error) {
	var args struct {
		Environment   map[string]string `json:"environment"`
		Now           time.Time         `json:"now"`
		Config        *string           `json:"config"`
		ConfigVersion string            `json:"config_version"`
		X             string            `json:"x"`
	}
	if err := t.read(&args); err != nil {
		return nil, err
	}
	x, err := strconv.ParseUint(args.X, 10, 64)
	if err != nil {
		return nil, err
	}
	source, err := drawing(math.Float64frombits(x))
	if err != nil {
		return nil, err
	}
	var uploaded *telemetry.UploadConfig
	if args.Config != nil {
		read, err := t.configFrom(*args.Config)
		if err != nil {
			return nil, err
		}
		uploaded = read.UploadConfig
	}
	before := rand.Reader
	defer func() { rand.Reader = before }()
	rand.Reader = source
	err = withEnvironment(args.Environment, func() error {
		return upload.Report(t.dir, args.Now.UTC(), uploaded, args.ConfigVersion)
	})
	// That a week could not be reported is no error: the suite looks at the files.
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return none{}, nil
}
