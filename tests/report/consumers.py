#!/usr/bin/env python3
"""Hands the files of a report to programs and schemas that others made: make formats

    tests/report/consumers.py REPORT [--sarif-schema FILE]

Each check needs its consumer (pip install -r tests/report/consumers.txt) and says so and goes on where that is not
installed. The SARIF schema is that of OASIS (docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas); where
neither a file nor the network has it, sarif-tools alone reads the file.
Exit code 1: a consumer refused a file; 2: nothing could be checked.
"""

import argparse
import importlib.util
import json
import pathlib
import re
import sys
import urllib.request

SARIF_SCHEMA = ('https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
                'https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json')


class Skip(Exception):
    pass


def need(module):
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Skip(f'{error.name} is not installed') from None


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines() if line]


def refused_by_schema(schema, document):
    jsonschema = need('jsonschema')
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f'{error.message[:160]} at {list(error.path)}' for error in validator.iter_errors(document)]


def sarif(report, options):
    document = json.loads((report / 'secrets.sarif').read_text(encoding='utf-8'))
    told = []
    schema = None
    if options.sarif_schema:
        try:
            schema = json.loads(pathlib.Path(options.sarif_schema).read_text(encoding='utf-8'))
        except ValueError:
            raise Skip(f'{options.sarif_schema} is no schema') from None
    else:
        for address in SARIF_SCHEMA:
            try:
                with urllib.request.urlopen(address, timeout=10) as answer:
                    schema = json.load(answer)
                break
            except (OSError, ValueError):
                pass
        else:
            told.append('without the schema, which could not be fetched')
    if schema:
        faults = refused_by_schema(schema, document)
        assert not faults, faults[:5]
        told.append('schema 2.1.0')
    results = sum(len(run['results']) for run in document['runs'])
    if importlib.util.find_spec('sarif'):
        from sarif.loader import load_sarif_file
        held = load_sarif_file(str(report / 'secrets.sarif'))
        assert held.get_result_count() == results, (held.get_result_count(), results)
        told.append('sarif-tools')
    return f'{results} results ({", ".join(told)})'


def stix(report, _):
    stix2 = need('stix2')
    bundle = stix2.parse((report / 'stix.json').read_text(encoding='utf-8'), allow_custom=False)
    patterns = need('stix2patterns.validator')
    indicators = [one for one in bundle.objects if one.type == 'indicator']
    for one in indicators:
        faults = patterns.run_validator(one.pattern, stix_version='2.1')
        assert not faults, (one.pattern, faults)
    ids = {one.id for one in bundle.objects}
    for one in bundle.objects:
        for key, value in one.items():
            for reference in value if key.endswith('_refs') else [value] if key.endswith('_ref') else []:
                assert reference in ids, (one.id, key, reference)
    told = ''
    if importlib.util.find_spec('stix2validator'):
        # The schemas that OASIS published, and what the specification says besides.
        from stix2validator import ValidationOptions, validate_file
        results = validate_file(str(report / 'stix.json'), ValidationOptions(version='2.1'))
        faults = [str(fault)[:160] for one in results.object_results for fault in one.errors or []]
        assert results.is_valid, faults[:5]
        told = ', schemas of OASIS'
    return f'{len(bundle.objects)} objects, {len(indicators)} patterns, every reference inside{told}'


def misp(report, _):
    pymisp = need('pymisp')
    event = pymisp.MISPEvent()
    event.load_file(str(report / 'misp.json'), validate=True)
    return f'{len(event.attributes)} attributes, {len(event.objects)} objects, {len(event.tags)} tags'


def ocsf(report, _):
    emitter = need('ocsf_emitter')
    models = need('ocsf_emitter._models')
    classes = {2004: models.DetectionFinding, 2005: models.IncidentFinding}
    findings = lines(report / 'ocsf.jsonl')
    for finding in findings:
        emitter.validate(classes[finding['class_uid']].model_validate(finding))
    return f'{len(findings)} findings of OCSF {emitter.OCSF_SCHEMA_VERSION}'


def opengraph(report, _):
    document = json.loads((report / 'opengraph.json').read_text(encoding='utf-8'))
    graphs = need('bhopengraph.OpenGraph')
    nodes, edges = need('bhopengraph.Node'), need('bhopengraph.Edge')
    properties = need('bhopengraph.Properties')
    made = graphs.OpenGraph(source_kind=document['metadata']['source_kind'])
    for one in document['graph']['nodes']:
        assert len(one['kinds']) <= 3, one
        made.add_node(nodes.Node(one['id'], one['kinds'], properties.Properties(**one.get('properties', {}))))
    for one in document['graph']['edges']:
        made.add_edge(edges.Edge(one['start']['value'], one['end']['value'], one['kind'],
                                 properties.Properties(**one.get('properties', {}))))
    counted = (made.get_node_count(), made.get_edge_count())
    assert counted == (len(document['graph']['nodes']), len(document['graph']['edges'])), counted
    return f'{counted[0]} nodes, {counted[1]} edges'


def timesketch(report, _):
    # What its importer demands (docs/guides/user/import-from-json-csv.md): three fields on every line.
    from datetime import datetime
    rows = lines(report / 'timesketch.jsonl')
    for row in rows:
        assert row['message'] and row['timestamp_desc'], row
        moment = datetime.fromisoformat(row['datetime'].replace('Z', '+00:00'))
        assert int(moment.timestamp() * 1e6) == row['timestamp'], row
    return f'{len(rows)} rows'


def navigator(report, _):
    # Format 4.5 of the layer (mitre-attack/attack-navigator, layers/LAYERFORMATv4_5.md): names and types of what is
    # there, techniques once each.
    kinds = {'techniqueID': str, 'tactic': str, 'comment': str, 'enabled': bool, 'score': (int, float), 'color': str,
             'metadata': list, 'links': list, 'showSubtechniques': bool}
    count = 0
    for path in sorted(report.glob('navigator*.json')):
        layer = json.loads(path.read_text(encoding='utf-8'))
        assert layer['versions']['layer'] == '4.5' and layer['domain'] == 'enterprise-attack', path
        seen = set()
        for one in layer['techniques']:
            assert re.fullmatch(r'T\d{4}(\.\d{3})?', one['techniqueID']), one
            assert (one['techniqueID'], one.get('tactic')) not in seen, one
            seen.add((one['techniqueID'], one.get('tactic')))
            for key, value in one.items():
                assert isinstance(value, kinds[key]), (path, key)
        count += 1
    return f'{count} layers'


def playbook(report, _):
    # As shared/src/playbook/schema.ts and dataset/schema.ts of cisagov/playbook-ng say (2.0.0).
    text = {'type': 'string', 'minLength': 1}
    item = {'type': 'object', 'properties': {'id': text, 'version': text}, 'required': ['id', 'version'],
            'additionalProperties': False}
    technique = {'type': 'object', 'required': ['confidence', 'items'], 'additionalProperties': False,
                 'properties': {'confidence': {'enum': ['none', 'suspected', 'confirmed']},
                                'items': {'type': 'array', 'items': item}}}
    names = ['dataset_id', 'dataset_version', 'title', 'version', 'created', 'updated']
    schema = {'type': 'object', 'additionalProperties': False,
              'required': names + ['template_used', 'spec_version', 'tech_to_items', 'ignored_items'],
              'properties': {**{name: text for name in names}, 'template_used': {'oneOf': [{'type': 'null'}, text]},
                             'spec_version': {'const': '2.0.0'}, 'ignored_items': {'type': 'array', 'items': text},
                             'tech_to_items': {'type': 'object', 'required': ['unmapped'],
                                               'additionalProperties': technique}}}
    document = json.loads((report / 'playbook-ng.json').read_text(encoding='utf-8'))
    faults = refused_by_schema(schema, document)
    assert not faults, faults[:5]
    return f'{len(document["tech_to_items"])} techniques'


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('report', type=pathlib.Path)
    parser.add_argument('--sarif-schema')
    options = parser.parse_args()
    refused, checked = 0, 0
    for check in (sarif, stix, misp, ocsf, opengraph, timesketch, navigator, playbook):
        try:
            print(f'{check.__name__:<11} ok: {check(options.report, options)}')
            checked += 1
        except Skip as skipped:
            print(f'{check.__name__:<11} skipped: {skipped}')
        except Exception as error:  # whatever a consumer throws is a refusal
            print(f'{check.__name__:<11} REFUSED: {type(error).__name__}: {str(error)[:2000]}')
            refused += 1
    return 1 if refused else 0 if checked else 2


if __name__ == '__main__':
    sys.exit(main())
