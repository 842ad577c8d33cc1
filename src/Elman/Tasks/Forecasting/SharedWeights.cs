using System.Globalization;

namespace Elman;

/// <summary>What a model file keeps as tensors: the nets, and the maps of the linear methods; those of one method of all series one after the other, a shared one once.</summary>
internal sealed class SharedWeights : Module
{
    private readonly Dictionary<int, Tensor> _maps = [];

    /// <param name="engine">The engine.</param>
    /// <param name="lengths">The number of coefficients of each method that has maps, by its index.</param>
    public SharedWeights(ForecastEngine engine, IReadOnlyDictionary<int, int> lengths)
    {
        if (engine.Nets is { } nets) AddChild("nets", nets);
        foreach ((int method, int length) in lengths)
            _maps.Add(method, AddParameter(string.Create(CultureInfo.InvariantCulture, $"method{method}"), Tensor.Zeros(length)));
    }

    /// <summary>The weights of a trained forecaster.</summary>
    public SharedWeights(Forecaster model)
        : this(model.Engine, Lengths(model))
    {
        foreach ((int method, Tensor map) in _maps)
        {
            int at = 0;
            foreach (double[] own in Of(model, method))
                foreach (double coefficient in own) map.Writable()[at++] = (float)coefficient;
        }
    }

    /// <summary>The number of coefficients of each method that has maps.</summary>
    public static Dictionary<int, int> Lengths(Forecaster model) => Enumerable.Range(0, model.Engine.Methods.Length)
        .Select(m => (Method: m, Length: Of(model, m).Sum(own => own.Length))).Where(one => one.Length > 0).ToDictionary(one => one.Method, one => one.Length);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => throw new NotSupportedException("these are weights of several methods; use the forecaster");

    /// <summary>The maps of a method in the order of the file.</summary>
    private static IEnumerable<double[]> Of(Forecaster model, int method)
    {
        if (!model.Engine.Methods[method].HasMap) return [];
        IEnumerable<double[]> maps = model.TrainedSeries.Select(one => one.Model.Coefficients[method]);
        return model.Engine.Methods[method].IsShared ? maps.Where(map => map.Length > 0).Take(1) : maps;
    }

    /// <summary>Hands the maps out again, series by series.</summary>
    public sealed class Reader(SharedWeights weights, SimpleMethod[] methods)
    {
        private readonly int[] _places = new int[methods.Length];
        private readonly double[]?[] _shared = new double[methods.Length][];

        /// <summary>The map of a method for the next series.</summary>
        /// <exception cref="ElmanException">The file has fewer weights.</exception>
        public double[] Next(int method, int length)
        {
            if (length == 0) return [];
            if (_shared[method] is { } shared) return shared;
            if (!weights._maps.TryGetValue(method, out Tensor? map) || map.Count - _places[method] < length)
                throw new ElmanException($"the maps of method {method} are longer than the file says; the file is damaged");
            double[] own = Array.ConvertAll(map.Span.Slice(_places[method], length).ToArray(), value => (double)value);
            if (methods[method].IsShared) _shared[method] = own;
            else _places[method] += length;
            return own;
        }
    }
}
