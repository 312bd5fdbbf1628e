"""Validates job files by a JSON Schema, with the library jsonschema.

usage: validate_jobs.py SCHEMA JOB...     prints a line for each fault
"""
import json, sys
from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1], encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for path in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(path, encoding="utf-8"))):
        print(f"{path}: at {error.json_path}: {error.message}")
