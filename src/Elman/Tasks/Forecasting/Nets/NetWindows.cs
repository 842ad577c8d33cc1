namespace Elman;

/// <summary>The windows that the nets learn from: some of all that the series have, drawn evenly, with what the simple methods say at each.</summary>
internal sealed class NetWindows
{
    /// <summary>The most windows, and the most numbers of their inputs.</summary>
    private const int Most = 12_000;

    private const long MostNumbers = 60_000_000;

    private readonly ForecastEngine _engine;
    private readonly (FormedSeries Series, double[] Values, SeriesModel Model, Points Points)[] _series;
    private readonly (int Series, int Index)[] _windows;

    /// <summary>Draws the windows.</summary>
    /// <param name="engine">The engine, with nets.</param>
    /// <param name="series">The series.</param>
    /// <param name="models">What was learned of each.</param>
    /// <param name="until">For each the row after the last that may be learned from.</param>
    /// <param name="seed">Which windows are drawn.</param>
    public NetWindows(ForecastEngine engine, FormedSeries[] series, SeriesModel[] models, int[] until, ulong seed)
    {
        _engine = engine;
        NetInputs inputs = engine.Inputs!;
        int[][] origins = Draw(inputs, until, new RandomStream(seed, 0x57494E44));
        Points[] points = new Points[series.Length];
        Parallel.For(0, series.Length, Work.Threads, i => points[i] = engine.Simple(series[i], models[i], origins[i], inputs.Horizon));
        _series = [.. series.Select((one, i) => (one, engine.Formed(one), models[i], points[i]))];
        _windows = [.. origins.SelectMany((own, i) => own.Select((_, index) => (i, index)))];
    }

    /// <summary>How many there are.</summary>
    public int Count => _windows.Length;

    /// <summary>The first row of a series from which a window may forecast.</summary>
    public static int FirstOrigin(NetInputs inputs) => Math.Max(Math.Min(inputs.Context, 2 * inputs.Season + 2), 4);

    /// <summary>How many windows some rows would have.</summary>
    public static int Possible(NetInputs inputs, IEnumerable<int> until) => until.Sum(end => Math.Max(0, end - inputs.Horizon - FirstOrigin(inputs) + 1));

    /// <summary>Gathers windows.</summary>
    /// <param name="order">Their numbers.</param>
    public NetBatch Gather(int[] order)
    {
        NetInputs inputs = _engine.Inputs!;
        int horizon = inputs.Horizon;
        Tensor input = Tensor.Zeros(order.Length, inputs.Steps + horizon, inputs.Features), target = Tensor.Zeros(order.Length, horizon),
            weights = Tensor.Zeros(order.Length, horizon), bases = Tensor.Ones(order.Length, horizon), counts = Tensor.Zeros(order.Length, horizon);
        for (int i = 0; i < order.Length; i++)
        {
            (int number, int index) = _windows[order[i]];
            (FormedSeries series, double[] values, SeriesModel model, Points points) = _series[number];
            double unit = _engine.Write(series, values, model, points, index, input.Writable().Slice(i * inputs.Size, inputs.Size));
            for (int step = 0; step < horizon; step++)
            {
                double value = values[points.Origins[index] + step], reference = points.Reference[index * horizon + step];
                double beyond = (value - inputs.Form(reference)) / unit;
                if (double.IsNaN(beyond)) continue;
                int at = i * horizon + step;
                target.Writable()[at] = (float)Math.Clamp(beyond, -20, 20);
                weights.Writable()[at] = 1;
                bases.Writable()[at] = (float)ForecastEngine.CountBase(reference);
                counts.Writable()[at] = (float)Math.Max(0, series.Values[points.Origins[index] + step]);
            }
        }
        return new NetBatch(input, target, weights, bases, counts);
    }

    private static int[][] Draw(NetInputs inputs, int[] until, RandomStream random)
    {
        int first = FirstOrigin(inputs);
        long possible = Possible(inputs, until), most = Math.Min(Most, MostNumbers / inputs.Size);
        if (possible <= most) return [.. until.Select(end => Enumerable.Range(first, Math.Max(0, end - inputs.Horizon - first + 1)).ToArray())];
        int[][] origins = new int[until.Length][];
        for (int i = 0; i < until.Length; i++)
        {
            int own = Math.Max(0, until[i] - inputs.Horizon - first + 1);
            int wanted = (int)Math.Min(own, own * most / possible + 1);
            // One from each of as many equal parts.
            SortedSet<int> drawn = [];
            for (int part = 0; part < wanted && own > 0; part++)
            {
                int low = (int)((long)part * own / wanted), high = (int)((part + 1L) * own / wanted);
                drawn.Add(first + low + random.NextInt(Math.Max(1, high - low)));
            }
            origins[i] = [.. drawn];
        }
        return origins;
    }
}
