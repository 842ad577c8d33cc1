namespace Elman.Tests.Reference;

/// <summary>The LSTM of <see cref="ReferenceLstm"/> with every option of its equations; see docs/cells.md.</summary>
/// <param name="options">Those of the equations.</param>
/// <param name="projection">P, or 0.</param>
public sealed class ReferenceGeneralLstm(ReferenceOptions options, int projection) : DifferencedCell
{
    private readonly bool _coupled = options.Given.CoupledGates;

    /// <inheritdoc/>
    public override int Gates => _coupled ? 3 : 4;

    /// <inheritdoc/>
    public override int States => 2;

    /// <inheritdoc/>
    public override int Size(int state, int hidden) => state == 0 && projection > 0 ? projection : hidden;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        int units = weights.Hidden, g = _coupled ? 1 : 2, o = g + 1;
        double[] fromInput = weights.GatesFromInput(0, Gates, x), fromHidden = weights.GatesFromHidden(0, Gates, state[0]);
        double Sum(int gate, int j) => fromInput[gate * units + j] + fromHidden[gate * units + j];
        double Peep(int place, int j, double cell) => weights.Peepholes is null ? 0 : weights.Peepholes[place * units + j] * cell;
        double[] c = new double[units], h = new double[units];
        for (int j = 0; j < units; j++)
        {
            double input = options.Gate(0, ReferenceOptions.Sigmoid)(Sum(0, j) + Peep(0, j, state[1][j]));
            double forget = _coupled ? 1 - input : options.Gate(1, ReferenceOptions.Sigmoid)(Sum(1, j) + Peep(1, j, state[1][j]));
            double candidate = options.Gate(g, Math.Tanh)(Sum(g, j));
            c[j] = Math.Clamp(forget * state[1][j] + input * candidate, -options.CellClip, options.CellClip);
        }
        double[] settled = weights.CellGain is null ? c : ReferenceMaths.LayerNorm(c, units, weights.CellGain, weights.CellBias);
        for (int j = 0; j < units; j++)
        {
            double output = options.Gate(o, ReferenceOptions.Sigmoid)(Sum(o, j) + Peep(g, j, c[j]));
            h[j] = output * options.Activation(o + 1, Math.Tanh)(settled[j]);
        }
        return [weights.Projection is null ? h : ReferenceMaths.Linear(h, weights.Projection, null, h.Length), c];
    }
}
