"""What runs cost on AWS: `prices` is what AWS asks, `calls` what a run asks of AWS, `rivals` the same graph in Step Functions, `bill`
puts them beside each other. Nothing here calls AWS.

`calls` is a model, and held to what was counted: tests/aws/test_cost.py runs pipelines on simulated AWS and compares.
"""
