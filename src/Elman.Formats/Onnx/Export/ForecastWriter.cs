namespace Elman.Formats;

/// <summary>Writes the network of a forecaster; see <see cref="ForecastNet"/> for what it computes. Windows are whole, so it has neither lengths nor states.</summary>
internal static class ForecastWriter
{
    public static Flow Add(ModuleWriter writer, ForecastNet net, Flow input)
    {
        GraphWriter graph = writer.Graph;
        Dictionary<string, Module> parts = net.Children.ToDictionary(child => child.Name, child => child.Module);
        RecurrentLayer encoder = (RecurrentLayer)parts["encoder"];
        string time = graph.Integers("time", 1), start = graph.Integers("start", 0), context = graph.Integers("context", net.Context), end = graph.Integers("end", long.MaxValue);
        string seen = graph.Node("", "Slice", [input.Name, start, context, time]);
        Flow hidden = writer.Add(encoder, "encoder", input with { Name = seen });
        string last = writer.Add(new LastStep(encoder.Options.Direction switch { Direction.Both => encoder.HiddenSize, Direction.Reverse => encoder.OutputSize, _ => 0 }), "last", hidden).Name;
        string before = graph.Integers("before", net.Context - 1);
        string row = graph.Node("", "Slice", [input.Name, before, context, time]), flat = graph.Node("", "Squeeze", [row, time]);
        string target = graph.Node("", "Slice", [row, start, time, graph.Integers("features", 2)]);
        Flow head = writer.Add(parts["head"], "head", new Flow(graph.Node("", "Concat", [last, flat], ("axis", 1L)), Steps: false));
        string table = graph.Node("", "Reshape", [head.Name, graph.Integers("table", -1, net.Horizon, net.Quantiles)]);
        string forecast = graph.Node("", "Add", [target, table]);
        if (!parts.TryGetValue("future", out Module? future)) return new Flow(forecast, Steps: true);
        string ahead = graph.Node("", "Slice", [graph.Node("", "Slice", [input.Name, context, end, time]), graph.Integers("known", encoder.InputSize - net.Known), end, graph.Integers("features", 2)]);
        return new Flow(graph.Node("", "Add", [forecast, writer.Add(future, "future", new Flow(ahead, Steps: true)).Name]), Steps: true);
    }
}
