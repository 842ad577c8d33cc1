using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Elman.Bench -- --filter '*'        (--list flat names them all; --job short is quicker)
BenchmarkSwitcher.FromAssembly(typeof(Elman.Bench.LayerBenchmarks).Assembly)
    .Run(args, DefaultConfig.Instance.WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(32)));
